"""Answers of members in SQL, kept as rows and as counts, so that a round need not read ten years of proposals.

- `trials`: the answers in proposals, as rows of `answers`.
- `counts`: the counts by member, and of settled proposals by day, made from those rows.
- `repository`: updates both in the transaction that changes a proposal or a mail.
- `reader`: the counts at a moment.
- `fill`: the initial count of all proposals that were settled before counts existed.
"""
