"""Services that are killed, outages, and the sums that must hold nevertheless.

- `chance`: the seed of a run.
- `boundaries`: the calls of ports at which a process can kill itself.
- `killing_ports`: database, broker and mailer with these boundaries.
- `child`: one service as a child process with such ports.
- `import_work`: registry's work on imports in a child process with such a database.
- `children`: child processes that are started again when they die.
- `embedded`: `isopolity up` as the system under test.
- `system`: Kafka, PostgreSQL, Mailpit and the services as the system under test.
- `tested`: the interface of both systems for traffic and sums.
- `smtp_gate`: a gate before Mailpit that spoils a dialogue in one way.
- `wrong_events`: duplicates, a restart of the topic, and poison.
- `traffic`: people who join, run rounds and answer.
- `waiting`: polling with long pauses.
- `stock`: the contents of databases, log, graphs and mail server at rest.
- `sums`: nothing lost, nothing doubled, all copies equal.
"""
