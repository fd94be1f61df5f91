"""Persistence: one database a service, and what is written in one transaction.

| module | what it does |
|---|---|
| `database` | the engine, and connections for reading and for writing |
| `postgres_connection`, `sqlite_file` | how connections of each kind are set up |
| `away` | which errors mean that the database is away |
| `column_types`, `bulk_inserts` | columns and inserts, for both databases |
| `tables` | tables that every service has |
| `migrations`, `migration_steps` | runs a service's migrations; steps that all services share |
| `unit_of_work` | one transaction with all that commits together |
| `outbox`, `outbox_signal`, `relay` | events written with the state; wakes the relay; publishes them |
| `processor`, `parking` | handles events in transactions; keeps those that came too early |
| `audit`, `audit_trail` | who did what: written with the act; read, and aged |
| `advisory_locks` | locks on a name for one transaction |
| `lease` | one process at a time does a job |
| `retention` | how long each kind is kept, and the task that deletes what is due |
| `republication` | publishes all state again, also after a restore |
"""
