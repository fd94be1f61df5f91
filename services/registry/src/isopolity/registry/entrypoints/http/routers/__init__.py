"""Routes of registry, a module a resource.

- `cities`, `partners`, `members`: members; what both kinds have in common, endorsement of many.
- `desk/`: what a partner keeps for itself.
- `joining/`: who applies: drafts, applications, and the links in mails.
- `changes`: changes of identity, which staff decides.
- `requests`, `twinnings`, `contacts`: what belongs to members.
- `replacement/`: changes of somebody else's contact.
- `handovers`: a coordinator's role passed on.
- `imports`, `exports`: many members, requests or twinnings from a file, and into one.
- `prepared_imports`: a file looked at, row by row, before it is imported.
- `sign_ins`, `sessions`, `people`: who signs in; sessions; staff and operators.
- `passkeys/`: keys on people's devices, with which they sign in.
- `public/`: the network at a glance.
- `capacity_defaults`: what a new member has room for, as staff chooses it.
- `revocations`: bearer tokens that are no longer accepted.
"""
