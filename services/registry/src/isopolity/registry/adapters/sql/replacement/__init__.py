"""Changes of contacts in registry's database.

- `replacement_tables`: the tables, and how long their rows are kept.
- `contact_changes`: a ContactChangeRepository on one connection.
"""
