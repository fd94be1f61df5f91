"""Answers of members in SQL, kept as rows and as counts, so that no round reads ten years of proposals again.

- `trials`: the answers that proposals hold, as rows of `answers`.
- `counts`: the counts by member, and of settled proposals by day, made from those rows.
- `repository`: keeps both in the transaction that changes a proposal or a mail.
- `reader`: the counts as they are at a moment.
- `fill`: the one count of all proposals that were settled before there were counts.
"""
