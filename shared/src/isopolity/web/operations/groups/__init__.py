"""Consumer groups as operators set them: paused, resumed, and reset to another place.

- `pauses`: pauses and resumes a group, and keeps that in the database.
- `places`: where a reset leads, partition by partition.
- `resets`: previews and does a reset; skipped records become dead letters; who did what with a group, and why.
"""
