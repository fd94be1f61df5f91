"""What of a change stands at once, and what waits for staff.

- `slips`: texts that say the same but for a slip of the pen.
- `changes`: the fields of a changed entry that stand, and those that are held back.
- `requests`: what a city asks staff for of a request.
"""
