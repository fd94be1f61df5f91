"""Settings that staff chooses in the place of the operator's.

- `standing`: when proposals go out, as it was chosen last.
- `given_up`: introductions that cannot go out any more with more days to answer.
- `choosing`: a new choice; an instance takes over what was chosen last.
"""
