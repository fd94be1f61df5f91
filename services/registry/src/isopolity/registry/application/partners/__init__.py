"""What partners alone have.

- `programmes`: a programme that waits is endorsed.
- `desk`: what a partner keeps for itself is changed.
"""
