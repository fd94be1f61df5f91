"""Who comes in: people sign in by a mailed link or code, and registry keeps their sessions.

- `rules`: limits, and how long a session lasts.
- `accounts`: the capacities in which the holder of an address may sign in.
- `sign_ins`: requests, secrets and codes, and who is let in.
- `sessions`, `session_ends`: refresh tokens, and what ends a session.
- `office`: the list of staff and operators.
"""
