"""Handlers of registry: plain functions that take a command and the transaction `uow`.

- `commands`: the commands that handlers take.
- `ports`: repositories, transaction and surroundings.
- `repositories`: further repositories: desks, applications to join, changes of contacts, choices of staff.
- `joining/`, `limits`: applications to join; limits on requests of strangers.
- `members`: cities and partners are registered, revised, endorsed and withdrawn; waiting programmes are endorsed; staff
  chooses default capacities.
- `revised_profiles`: fields of a profile that no input sets: programmes that wait for staff, hidden words, countries
  that a city avoids.
- `office/`: notes of the office about members, lists that staff saves, and what a change does to open proposals.
- `desk`: a partner's shortlist, notes and selections.
- `mergers/`: two entries of one member are merged, and that is undone.
- `changes`: changes of identity that wait for staff; hidden words; countries with which a city cannot work.
- `requests/`: requests of cities to sponsors, some of which wait for staff; invitations to make one.
- `twinnings`, `contacts`: things that belong to members.
- `confirmed_contacts`: contacts confirm their addresses.
- `replacement/`: changes of somebody else's contact, which that person can object to, and handovers.
- `access/`: sign-ins, sessions, and the list of staff and operators.
- `imports/`: rows of files, compared with stored entries.
- `events`: publishes states of aggregates.
- `directory`: ports for reading and searching entries.
- `known_members`: the identities of members, by which look-alikes are found.
- `place_keys`: the natural keys of cities at places of a name.
- `restoration`: brings a restored database up to date with the topics.
"""
