"""Handlers of registry: plain functions that take a command and the transaction `uow`.

- `commands`: what registry can be asked to do.
- `ports`: repositories, transaction and surroundings.
- `joining/`, `limits`: who applies to join; what strangers may cause.
- `members`: cities and partners; identities of programmes.
- `partners/`: what partners alone have.
- `merger`: two entries of one member made one.
- `changes`: changes of identity that wait for staff.
- `reviewed_requests`: requests of cities that wait for staff.
- `requests`, `twinnings`, `contacts`: what belongs to members.
- `confirmed_contacts`: whether a contact has proved to have its address.
- `replacement/`: changes of somebody else's contact, so that nobody is replaced silently.
- `handovers`: a member's role passed on to a successor.
- `access/`: who signs in; sessions; staff and operators.
- `revocations`: bearer tokens that end.
- `imports/`: many rows, compared with what is stored.
- `events`: states of aggregates, published.
- `directory`: what can be searched for, and who sees it.
- `settings/`: what staff chooses for the network.
- `restoration`: what a restored database learns from topics.
"""
