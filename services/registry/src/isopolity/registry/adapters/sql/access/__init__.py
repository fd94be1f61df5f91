"""People who sign in, in registry's database.

- `sessions`: sign-ins, known browsers, sessions, and the list of staff and operators.
- `passkeys`: keys on people's devices for signing in, and challenges that wait for their answer.
- `office_requests`: requests of a keeper of the office's list that wait for a second keeper.
- `revocations`: bearer tokens that are no longer accepted.
- `lookalikes`: accounts with similar or equal addresses, for `isopolity doctor`.
"""
