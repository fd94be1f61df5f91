"""Handlers of registry: plain functions that take a command and the transaction `uow`.

- `commands`: the commands that handlers take.
- `ports`: repositories, transaction and surroundings.
- `joining/`, `limits`: applications to join; limits on requests of strangers.
- `members`: cities and partners are registered, revised, endorsed and withdrawn.
- `partners/`: programmes and desks of partners.
- `merger`: two entries of one member are merged.
- `changes`: changes of identity that wait for staff.
- `reviewed_requests`: requests of cities that wait for staff.
- `requests`, `twinnings`, `contacts`: things that belong to members.
- `confirmed_contacts`: contacts confirm their addresses.
- `replacement/`: changes of somebody else's contact, which that person can object to.
- `handovers`: a contact's role is passed on to a successor.
- `access/`: sign-ins, sessions, and the list of staff and operators.
- `revocations`: bearer tokens that end.
- `imports/`: rows of files, compared with stored entries.
- `events`: publishes states of aggregates.
- `directory`: ports for reading and searching entries.
- `settings/`: settings that staff chooses for the network.
- `restoration`: brings a restored database up to date with the topics.
"""
