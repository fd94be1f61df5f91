"""Implementations of notify's ports on its database.

- `tables`: the tables.
- `contacts`, `proposals` (and answers), `partnerships`, `interests`, `mails`, `mail_server`, `ended_letters`,
  `signals`: the repositories, each on one connection.
- `unit_of_work`: the repositories, outbox and parking of one transaction.
- `queries`: pages of mails and feedback.
- `mail_counts`: counts, for operators.
- `unarrived`: mails that did not arrive.
- `unreached`: contacts that mails do not reach.
- `retention`: how long each kind of row or file is kept, and its deletion.
"""
