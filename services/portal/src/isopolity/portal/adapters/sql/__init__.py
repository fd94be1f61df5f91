"""Stores of the portal in SQL.

- `tables`: the portal's own tables.
- `sessions`: sessions, sealed.
- `kept_forms`: forms that were filled in as a session ended, sealed.
- `desk`: the person of staff who has taken each task of the desk.
- `retention`: how long they are kept.
"""
