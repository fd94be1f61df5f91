"""People who sign in.

- `bodies`: bodies of requests to sign in, to continue sessions and to use passkeys.
- `sign_ins`, `sessions`: sign-ins by mail, and the sessions that they begin.
- `passkeys`: keys on people's devices for signing in.
- `people`: the list of staff and operators.
- `revocations`: bearer tokens that are no longer accepted.
"""
