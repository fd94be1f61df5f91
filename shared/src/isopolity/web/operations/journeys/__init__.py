"""Journeys: the events of a member, proposal, partnership or mail through all services, told from their journals.

The console and the command ask the services, put the answers together here, and say it in words of their own.

- `lines`: what an event is about.
- `search`: asks the journals: what is named, what that refers to, and what caused it.
- `tree`: events under their causes, chain by chain.
- `readers`: which groups have read an event.
- `present_state`: where a thing stands now.
"""
