"""Implementations of notify's ports on its database.

- `tables`: the tables.
- `contacts`, `proposals` (with answers, ended partnerships and interests), `mails` (with ended letters): repositories,
  each on one connection.
- `calls`: answers by telephone.
- `shared_rows`: the state of the mail server, the canary and the watermark, one row each.
- `unit_of_work`: the repositories, outbox and parking of one transaction.
- `queries`: pages of mails and feedback.
- `mail_counts`: counts, for operators.
- `unarrived`: mails that did not arrive, and contacts that mails do not reach.
- `members`: members and the sides of proposals, for staff's lists; `member_lists`: their queries.
- `retention`: how long each kind of row or file is kept, and its deletion.
"""
