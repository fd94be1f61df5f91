"""Adapters of matching, one technology each.

- `graph_reader`: the network in memory, read from the topics of the log.
- `legal_act_file`: the file with the network's list of binding legal acts.
- `nearest_zones`: time zones of places by their coordinates.
- `engine`: the search for candidates with its first stage, and the engine of a process.
- `unheard_answers`: answers among the dead letters, which hold up the settlement of their proposals.
- `affinity/`: the learned model, for the members of a network.
- `first_stage/`: the values of all pairs of cities, by compiled code.
- `sql/`: the repositories, on SQLite and PostgreSQL.
- `versions`: the versions of the packages that compute rounds, for certificates.
"""
