"""Settings that staff chooses in the place of the operator's.

- `given_up`: introductions that cannot go out any more with more days to answer.
- `choosing`: a new choice; an instance takes over what was chosen last.
"""
