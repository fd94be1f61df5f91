"""The shared code under test.

- `storage`: a service's storage on SQLite or PostgreSQL, with one table of its own.
- `retention`: retention under a clock that the test moves.
- `note_service`: a small service that runs on the shared code.
"""
