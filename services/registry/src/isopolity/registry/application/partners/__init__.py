"""What partners alone have.

- `revised_programmes`: which programme is which, and which wait.
- `programmes`: a programme that waits is endorsed, or refused with a reason.
- `ports`: where it is kept.
- `desk`: what a partner keeps for itself is changed.
- `merged_desk`: it goes with the partner into the one that is kept.
"""
