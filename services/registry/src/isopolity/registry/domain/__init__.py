"""Domain of registry: profiles, their life cycle, and the rules for their texts.

- `member`: cities and partners as members.
- `city`, `partner`, `ranges`: profiles, and values in them.
- `joining/`: drafts of applications, and applications.
- `review/`: the parts of a change that wait for staff.
- `change`: changes that only staff may approve.
- `request`, `twinning`, `contact`: things that belong to members.
- `revocation`: tokens that end.
- `desk`: a partner's private shortlist, notes and saved selections.
- `replacement/`: changes of somebody else's contact, and who may make them.
- `handover`: a role that a successor takes over.
- `access/`: accounts, sign-ins and sessions of people.
- `wording`, `privacy`: rules for texts; detection of personal data.
- `disguises`, `lookalikes`: removes disguises from texts; warns of letters that look alike.
- `settings/`: settings that staff chooses for the network.
- `errors`: the errors of registry.
"""
