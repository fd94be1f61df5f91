"""Changes that stand at once, and changes that wait for staff.

- `slips`: texts that say the same but for a slip of the pen.
- `changes`: the fields of a changed entry that stand, and those that are held back.
- `requests`: requests, and details of requests, that a city asks staff for.
"""
