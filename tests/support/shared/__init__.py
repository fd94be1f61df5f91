"""The shared code under test.

- `storage`: a service's storage on SQLite or PostgreSQL, with one table of its own.
- `migrated`: databases with a service's tables, which are copied and not migrated each time.
- `relays`: a relay under test, and events in the outbox.
- `audit`: an audit that remembers what was noted.
- `acts`: the acts of each service that the audit holds.
- `retention`: retention under a clock that the test moves.
- `scans`: scans that a slow machine does not stop.
- `note_service`: a small service that runs on the shared code.
"""
