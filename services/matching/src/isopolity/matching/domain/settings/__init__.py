"""Settings that staff chooses in the place of the operator's.

- `chosen`: what can be chosen, checked; each choice with its day.
"""
