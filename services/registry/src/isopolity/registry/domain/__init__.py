"""Domain of registry: profiles, their life cycle, and the rules for their texts.

- `member`: cities and partners as members, and the default capacities of new ones; notes of the office, and
  lists of members that staff saved.
- `city`, `partner`: their profiles.
- `own_words`: what a city says of its needs and offers, when other parts of them change.
- `joining/`: drafts of applications, and applications.
- `review`: the parts of a changed entry that wait for staff.
- `change`: changes that only staff may approve.
- `request`, `twinning`, `contact`: things that belong to members.
- `desk`: a partner's private shortlist, notes and saved selections.
- `contact_change`, `contact_rights`: changes of somebody else's contact; who may make them, and when they count.
- `handover`: a role that a successor takes over.
- `access/`: accounts, sign-ins and sessions of people.
- `wording`, `privacy`: rules for texts, and warnings of letters that look alike; detection of personal data.
- `errors`: the errors of registry.
"""
