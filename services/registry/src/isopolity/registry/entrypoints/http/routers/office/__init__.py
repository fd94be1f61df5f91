"""Acts of staff alone about members.

- `look_alikes`: members that one to be entered may be.
- `notes`: notes of the office about members.
"""
