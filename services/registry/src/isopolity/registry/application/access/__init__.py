"""Who comes in: people sign in by a mailed link or code, and registry keeps their sessions.

- `ports`: what signing in needs of the world.
- `rules`: limits, and how long a session lasts.
- `accounts`: the capacities in which the holder of an address may sign in.
- `known_browsers`: browsers from which somebody has signed in; limits on strangers do not slow them down.
- `sign_ins`: requests, secrets and codes, and who is let in.
- `sign_in_links`: a link that the command hands over while mail is down.
- `sessions`, `session_ends`: refresh tokens, and what ends a session.
- `second_factors`: the code of an app, which staff and operators need beside the mail.
- `passkey_ports`, `passkeys`, `passkey_enrolment`: keys on people's devices, with which they sign in.
- `factor_needs`: what a session needs before it acts for the office.
- `issuer_sign_ins`: staff comes from the issuer of its organisation.
- `office`: the list of staff and operators.
- `second_person`: changes of that list that one keeper asks for and a second one confirms.
"""
