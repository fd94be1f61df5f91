"""Acts of staff alone about members.

- `contact_search`: contacts found by address or name.
- `done_imports`: imports that were done, and how one is taken back.
- `look_alikes`: members that one to be entered may be.
- `mergers`: mergers of two entries that can be undone.
- `notes`: notes of the office about members.
- `saved_lists`: lists of members that staff saved under a name.
"""
