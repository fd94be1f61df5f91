"""Mergers: two entries of one member made one.

- `merger`: what each thing of the duplicate is at the entry that stays.
- `fates`: which of them go on there, and why the others cannot.
"""
