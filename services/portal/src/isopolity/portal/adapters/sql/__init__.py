"""What the portal keeps.

- `tables`: the portal's own tables.
"""
