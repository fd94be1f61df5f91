"""Domain of registry: profiles, their life, and the rules of their texts.

- `member`: cities and partners as members.
- `city`, `partner`, `ranges`: profiles, and values in them.
- `joining/`: drafts of applications, and applications.
- `review/`: what of a change waits for staff.
- `change`: changes of what staff alone may change.
- `request`, `twinning`, `contact`, `revocation`: what belongs to members; tokens that end.
- `desk`: what a partner keeps for itself.
- `replacement/`: changes of somebody else's contact, and who may make them.
- `handover`: a role that waits for its successor.
- `access/`: accounts, sign-ins and sessions of people.
- `wording`, `privacy`: rules of texts; what looks personal.
- `disguises`, `lookalikes`: takes disguises off; letters that look alike.
- `settings/`: what staff chooses for the network.
- `errors`: what registry refuses.
"""
