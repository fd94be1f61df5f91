"""Drafts of a running instance.

- `lookup`: finds drafts, edits them, and writes and reads them as tables.
- `rendering`: prints drafts, what an edit cost, what publishing would do.
- `report`: prints and saves the report of a draft.
"""
