"""Answers of members in SQL, kept as rows and as counts, so that a round need not read ten years of proposals.

- `repository`: the answers in proposals as rows, updated with the counts in the transaction of each change.
- `counts`: the counts by member, and of settled proposals by day, made from those rows.
- `reader`: the counts at a moment.
- `fill`: the initial count of all proposals that were settled before counts existed.
"""
