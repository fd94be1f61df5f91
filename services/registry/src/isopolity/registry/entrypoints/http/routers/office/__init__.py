"""What staff alone does with members.

- `look_alikes`: members that one to be entered may be.
- `notes`: notes of the office about members.
"""
