"""Signing in by a mailed link or code, and the sessions of those who did.

- `ports`: ports of signing in, of apps that show codes, of passkeys, and of an issuer.
- `rules`: limits, how long a session lasts, and the secrets of links and codes.
- `accounts`: the capacities in which the holder of an address may sign in, the second factor that each needs, and known
  browsers, to which limits for strangers do not apply.
- `sign_ins`: requests to sign in, and the exchange of secrets and codes for sessions; sign-ins at the issuer of the
  organisation; links that the command hands over while mail is down.
- `sessions`, `session_ends`: refresh tokens; ends of sessions, and bearer tokens that are revoked.
- `second_factors`: codes of an app, which staff and operators need beside the mail.
- `passkeys`: keys on people's devices for signing in.
- `office`: the list of staff and operators; some of its changes need a second person.
"""
