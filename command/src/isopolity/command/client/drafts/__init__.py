"""Drafts of a running instance.

- `lookup`: finds drafts, edits them, and writes and reads them as tables.
- `rendering`: prints drafts, the cost of edits, and the plan of a publication.
- `report`: prints and saves the report of a draft.
"""
