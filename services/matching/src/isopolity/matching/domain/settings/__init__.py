"""Settings that staff chooses in the place of the operator's.

- `sending_policy`: when proposals go out without a word of staff.
- `chosen`: what can be chosen, checked; each choice with its day.
"""
