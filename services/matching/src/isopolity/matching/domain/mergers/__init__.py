"""Mergers: two entries of one member made one.

- `merger`: sides, proposals, partnerships and interests of the duplicate as they are at the entry that stays.
- `fates`: which of them go on there, and why the others cannot.
"""
