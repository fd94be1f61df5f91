"""What the portal keeps.

- `tables`: the portal's own tables.
- `sessions`: sessions, sealed.
- `retention`: how long they are kept.
"""
