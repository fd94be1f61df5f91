"""Drafts of a running instance.

- `lookup`: finds drafts and edits them.
- `rendering`: prints drafts, what an edit cost, what publishing would do.
- `report`: prints and saves the report of a draft.
- `tables`: a draft as a table, out and back with decisions.
"""
