"""notify's database.

- `tables.py`: the tables.
- `contacts.py`, `proposals.py` (and answers), `mails.py`, `signals.py`: the repositories, each on one connection.
- `unit_of_work.py`: the repositories, outbox and parking of one transaction.
- `queries.py`: pages and counts, for people and operators.
- `republication.py`: where the state of each topic lies, for publishing it again.
- `retention.py`: how long everything is kept, and how it goes.
"""
