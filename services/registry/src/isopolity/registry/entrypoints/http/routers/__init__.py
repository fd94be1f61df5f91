"""Routes of registry, a module for each resource.

- `cities`, `partners`, `members`: members; the common part of both kinds, and endorsement of many.
- `desk/`: desks of partners.
- `joining/`: drafts, applications, and links in mails.
- `changes`: changes of identity, which staff decides.
- `requests`, `twinnings`, `contacts`: things that belong to members.
- `replacement/`: changes of somebody else's contact.
- `handovers`: a coordinator's role passed on.
- `imports`, `exports`: many members, requests or twinnings from a file, and into one.
- `prepared_imports`: imports with a preview, row by row.
- `sign_ins`, `sessions`, `people`: sign-ins, sessions, and the list of staff and operators.
- `passkeys/`: keys on people's devices for signing in.
- `public/`: figures, maps and keys for everybody.
- `capacity_defaults`: default capacities of new members, which staff chooses.
- `revocations`: bearer tokens that are no longer accepted.
"""
