"""Settings that staff chooses, which override the operator's.

- `sending_policy`: when proposals go out without an act of staff.
- `chosen`: the settings that can be chosen, checked, and each choice with its time.
"""
