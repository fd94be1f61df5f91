"""Persistence: one database a service, and everything that is written in one transaction.

- `database`: the engine, and connections for reading and for writing.
- `sqlite_file`: a SQLite file: its connections, their cursors, and how deleted content leaves the disk.
- `health`: whether a database is away or needs a person; rights on its tables; slow queries.
- `portable_sql`: types of columns, inserts and locks that mean the same in both databases.
- `tables`: tables that every service has.
- `migrations`, `migration_steps`: runs a service's migrations; steps that all services share.
- `unit_of_work`: one transaction with its outbox, parked events and audit.
- `relay`: publishes the events of the outbox.
- `journal/`: keeps a line of each event that was published.
- `processor`: handles consumed events in transactions.
- `audit`: entries of who did what: written with the act, read, and deleted after their period.
- `idempotency_keys`: keys of requests with their responses, in the transaction of the effect.
- `lease`: lets one process at a time do a job.
- `retention`: how long each kind is kept, and the task that deletes what is due.
- `republication`: publishes all state again, also after a restore.
"""
