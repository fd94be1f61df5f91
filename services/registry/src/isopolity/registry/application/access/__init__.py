"""Signing in by a mailed link or code, and the sessions of those who did.

- `ports`: ports of signing in.
- `rules`: limits, and how long a session lasts.
- `accounts`: the capacities in which the holder of an address may sign in.
- `known_browsers`: browsers from which somebody has signed in; limits for strangers do not apply to them.
- `sign_ins`: requests to sign in, and the exchange of secrets and codes for sessions.
- `sign_in_links`: links that the command hands over while mail is down.
- `sessions`, `session_ends`: refresh tokens, and ends of sessions.
- `second_factors`: codes of an app, which staff and operators need beside the mail.
- `passkey_ports`, `passkeys`, `passkey_enrolment`: keys on people's devices for signing in.
- `factor_needs`: the second factor that a session needs before it acts for the office.
- `issuer_sign_ins`: staff signs in at the issuer of its organisation.
- `office`: the list of staff and operators.
- `second_person`: changes of that list that one keeper requests and a second one confirms.
"""
