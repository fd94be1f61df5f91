"""Journeys: the events of a member, proposal, partnership or mail through all services, told from their journals.

The console and the command ask the services, put the answers together here, and say it in words of their own.

- `following`: asks the journals: what is named, what that refers to, and what caused it.
- `tree`: events under their causes, chain by chain.
- `reading`: which groups have read an event.
- `standing`: where a thing stands now.
"""
