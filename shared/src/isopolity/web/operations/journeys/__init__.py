"""Journeys: the events of a member, proposal, partnership or mail through all services, read from their journals.

The console and the command ask the services, put the answers together here, and say it in words of their own.

- `search`: asks the journals: what is named, what that refers to, and what caused it; which groups have read an event.
- `tree`: events under their causes, chain by chain.
- `present_state`: where a thing stands now.
"""
