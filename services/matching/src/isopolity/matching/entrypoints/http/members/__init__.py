"""Routes below `/matching/v1/members`, but for those of `absence` and `proposals`.

- `interests`: a member asks to be introduced, and reads what it has asked for.
- `noticed`: members that staff looks after.
"""
