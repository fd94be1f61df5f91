"""Implementations of registry's ports on its database.

- `tables`: the tables.
- `rows`: aggregates as rows, and back.
- `records`: the common part of repositories that keep a value in each row.
- `unit_of_work`: repositories, outbox, audit, idempotency keys and counters, in one transaction.
- `repositories`: aggregates for handlers, locked.
- `invitations`: invitations of cities to make a request.
- `joining`: drafts of applications, letters about them, National Commissions and their opinions.
- `office/`: notes of the office about members, lists that staff saved, and mergers that can be undone.
- `desk`: desks of partners.
- `choices`: choices of staff.
- `contact_changes`: changes of somebody else's contact, and pending handovers.
- `prepared_imports`: imports with a preview.
- `imports/`: work on them in the background, and layouts of files that are remembered.
- `done_imports`: imports that were done, and what they did to each entry.
- `access/`: sign-ins, sessions, passkeys, and the list of staff and operators.
- `changes`: derives the changes of a transaction for the audit.
- `directory/`: reads entries, lists, maps and numbers, without locks.
- `retention`, `joining_retention`: how long each kind of row is kept, and its deletion.
"""
