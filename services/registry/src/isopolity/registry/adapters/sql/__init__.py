"""registry's database.

- `tables`: the tables.
- `rows`: aggregates as rows, and back.
- `unit_of_work`: repositories, outbox, audit, responses to repeated requests and counts of a day, in one transaction.
- `repositories`, `revocations`: aggregates for handlers, locked.
- `joining/`: drafts of applications, and letters about them.
- `desk/`: what partners keep for themselves.
- `office/`: requests about the office's list that wait for a second person.
- `choices`: what staff has chosen.
- `handovers`: those that wait for the successor.
- `replacement/`: changes of contacts by others.
- `prepared_imports`: files that are looked at before they are imported.
- `access`: sign-ins, sessions, and the list of staff and operators.
- `passkeys/`: keys on people's devices, with which they sign in.
- `checks/`: queries of `isopolity doctor`.
- `changes`: what a transaction changed, for the audit.
- `conditions`: what is searched for, in SQL.
- `directories`: entries and pages for reading, without locks.
- `grid`: cells of the globe.
- `demand`: what cities look for, beside who offers it.
- `atlas`: how many cities and ties there are, and where they lie.
- `retention`: how long each kind is kept, and how it goes.
"""
