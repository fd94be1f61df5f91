"""Passkeys for signing in.

- `bodies`: bodies of requests and answers.
- `with_passkeys`: signing in with one.
- `enrolment`: the first passkey of somebody of the office, with an enrolment code.
- `own_passkeys`: adding, listing and removing one's own.
"""
