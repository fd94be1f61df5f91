"""Implementations of registry's ports on its database.

- `tables`: the tables.
- `rows`: aggregates as rows, and back.
- `unit_of_work`: repositories, outbox, audit, idempotency keys and counters, in one transaction.
- `repositories`, `revocations`: aggregates for handlers, locked.
- `joining/`: drafts of applications, and letters about them.
- `desk/`: desks of partners.
- `office/`: requests about the office's list that wait for a second person.
- `choices`: choices of staff.
- `handovers`: pending handovers.
- `replacement/`: changes of somebody else's contact.
- `prepared_imports`: imports with a preview.
- `access`: sign-ins, sessions, and the list of staff and operators.
- `passkeys/`: keys on people's devices for signing in.
- `checks/`: queries of `isopolity doctor`.
- `changes`: derives the changes of a transaction for the audit.
- `conditions`: search criteria in SQL.
- `directories`: reads entries and pages, without locks.
- `grid`: cells of the globe.
- `demand`: subjects with the cities that need and offer them.
- `atlas`: numbers and positions of cities and twinnings.
- `retention`: how long each kind of row is kept, and its deletion.
"""
