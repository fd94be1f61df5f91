"""matching's database, in SQLite and PostgreSQL.

- `tables`: the tables, and the constraints that carry promises.
- `unit_of_work`: one transaction, with all repositories on its connection.
- `members`: versions, statuses and capacities of members; states that the worker has seen, and its gate.
- `proposals`: the proposals, and which pairs are closed.
- `answers/`: how members answered, counted by member.
- `interests`: who asks to be introduced to whom.
- `reservations`: slots of capacity.
- `partnerships`: the partnerships.
- `drafts/`: the drafts of rounds, and their publications.
- `rounds`: the rounds and their alternates.
- `reports`: what other services report: watermarks, deliveries, signs of life.
- `money`: the amounts that staff has set.
- `commitments`: what is promised and open of the budgets of programmes.
- `settings/`: settings that staff has chosen.
- `queries`: reads of HTTP and the status page.
- `attention`: members that never answer, or have no room left.
- `retention`: how long rows are kept.
"""
