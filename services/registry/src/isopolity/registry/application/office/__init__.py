"""Use cases of staff alone.

- `notes`: notes of the office about members; why one left or came back.
- `saved_lists`: lists of members that staff saves under a name.
- `open_proposals`: what a change of an entry does to open proposals, as staff reads it before.
"""
