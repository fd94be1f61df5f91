"""Consumer groups as operators set them: paused, resumed, and reset to another place.

- `kept_switches`: whether a group is paused, in the database.
- `pauses`: pauses and resumes a group.
- `past_acts`: who did what with a group, and why.
- `places`: where a reset leads, partition by partition.
- `resets`: previews and does a reset; what it passes over becomes dead letters.
"""
