"""Settings that staff chooses in the place of the operator's.

- `choosing`: a new choice; an instance takes over what was chosen last.
"""
