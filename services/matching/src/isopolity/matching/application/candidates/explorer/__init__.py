"""Exploring: the cities and requests that a programme's criteria reach, by what everybody states publicly.

- `criteria`: a programme that may not exist yet, and which of its cities are looked at.
- `found_cities`: each city that is looked at with its fit, and what blocks it.
- `sums`: what the found ones come to: numbers, regions, people, and where they lie.

Invariant: nothing here depends on proposals, answers, reservations, contacts or pauses, nor on ties of others that are
not public; so whatever others do, a partner reads the same.
"""
