"""Matching's database, in SQLite and PostgreSQL.

- `tables`: the tables, and the constraints that guarantee invariants.
- `documents`: aggregates as JSON documents, and rows that only newer ones replace.
- `unit_of_work`: one transaction, with all repositories on its connection.
- `members`: versions, statuses and capacities of members; states seen by the worker, and its gate.
- `proposals`: the proposals, and the closed pairs.
- `answers/`: the answers of members, counted by member.
- `interests`: the requests of members to be introduced to others.
- `reservations`: slots of capacity, and the partnerships.
- `rounds`: the rounds, their alternates and their publications.
- `round_templates`: orders of rounds that staff has saved under a name.
- `drafts`: the drafts of rounds, their edits, and their numbers as bytes.
- `reports`: reports of other services: watermarks, deliveries, signs of life.
- `money`: the promised and open parts of programmes' budgets, and the amounts that staff has set.
- `choices`: settings that staff has chosen.
- `queries`: reads for HTTP and the status page.
- `attention`: members that never answer, have no capacity left, or on which something rests.
- `retention`: deletes rows after their time.
"""
