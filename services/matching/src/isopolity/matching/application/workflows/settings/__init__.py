"""Settings that staff chooses in the place of the operator's.

- `current_policy`: when proposals go out, as it was chosen last.
- `given_up`: introductions that cannot go out any more with more days to answer.
- `choice`: a new choice; an instance takes over what was chosen last.
"""
