"""Consumer groups as operators set them: paused, resumed, and reset to another place.

- `kept_switches`: whether a group is paused, in the database.
- `switching`: pauses and resumes a group.
- `places`: where a reset leads, partition by partition.
- `skipping`: makes dead letters of what a reset passes over.
- `resets`: previews and does a reset.
"""
