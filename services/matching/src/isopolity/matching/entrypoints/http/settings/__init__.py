"""The settings of matching, for staff.

- `network`: the settings that staff chooses.
- `shown`: the operator's settings that staff may see.
"""
