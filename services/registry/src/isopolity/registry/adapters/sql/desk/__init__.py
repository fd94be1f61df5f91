"""What partners keep for themselves, in registry's database.

- `desk_tables`: shortlists, their notes, and saved selections.
- `desk`: these as a DeskRepository.
"""
