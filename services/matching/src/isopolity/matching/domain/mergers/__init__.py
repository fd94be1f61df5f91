"""Mergers: a duplicate entry of a member is merged into the entry that stays.

- `merger`: sides, proposals, partnerships and interests of the duplicate, rewritten for the entry that stays.
- `fates`: the items that continue there, and why the others cannot.
"""
