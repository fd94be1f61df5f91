"""Operators' control of consumer groups: pause, resume, and reset to another place.

- `pauses`: pauses and resumes a group, and keeps that in the database.
- `places`: the offsets that a reset moves a group to, partition by partition.
- `resets`: previews and does a reset; skipped records become dead letters; past acts on a group, with reasons.
"""
