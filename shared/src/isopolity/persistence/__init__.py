"""Persistence: one database a service, and everything that is written in one transaction.

- `database`: the engine, and connections for reading and for writing.
- `sqlite_file`: a SQLite file: its connections, their cursors, and how deleted content leaves the disk.
- `health`: whether a database is away or needs a person; rights on its tables, and queries that end in time.
- `portable_sql`: types of columns, inserts and locks that mean the same in both databases.
- `tables`: tables that every service has.
- `migrations`, `migration_steps`: runs a service's migrations; steps that all services share.
- `unit_of_work`: one transaction with all that commits together: the outbox, parked events.
- `relay`: publishes the events of the outbox.
- `journal/`: keeps a line of each event that was published.
- `processor`: handles events in transactions.
- `audit`: who did what: written with the act, read, and aged.
- `idempotency_keys`: keys of requests with their responses, in the transaction of the effect.
- `lease`: one process at a time does a job.
- `retention`: how long each kind is kept, and the task that deletes what is due.
- `republication`: publishes all state again, also after a restore.
"""
