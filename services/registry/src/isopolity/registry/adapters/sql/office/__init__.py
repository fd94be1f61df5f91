"""What staff alone keeps, in registry's database.

- `notes`: notes of the office about members.
- `saved_lists`: lists of members that staff saved.
- `mergers`: mergers that can be undone.
"""
