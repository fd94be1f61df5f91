"""What the portal keeps.

- `tables`: the portal's own tables.
- `sessions`: sessions, sealed.
- `kept_forms`: forms that were filled in as a session ended, sealed.
- `desk`: who of staff has taken what waits.
- `retention`: how long they are kept.
"""
