"""Drafts of rounds and their publications, in SQL.

- `drafts`: the drafts, and their edits.
- `draft_numbers`: the numbers of a draft as bytes.
- `publications`: the publications of rounds, with their certificates and frozen reports.
"""
