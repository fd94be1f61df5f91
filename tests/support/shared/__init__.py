"""The shared code under test.

- `storage`: a service's storage on SQLite or PostgreSQL, with one table of its own; limits of files and scans.
- `migrated`: databases with a service's tables, copied instead of migrated each time.
- `relays`: a relay under test, and events in the outbox; retention under a clock that the test moves.
- `acts`: the acts of each service that the audit holds, and an audit that remembers what was noted.
- `idempotency`: idempotency keys in memory, and revocations.
- `note_service`: a small service that runs on the shared code.
"""
