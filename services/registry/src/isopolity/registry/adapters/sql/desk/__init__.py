"""Desks of partners in registry's database.

- `desk_tables`: shortlists, their notes, and saved selections.
- `desk`: the DeskRepository.
"""
