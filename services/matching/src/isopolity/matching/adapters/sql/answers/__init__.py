"""Answers of members in SQL, kept as rows and as counts, so that a round need not read ten years of proposals.

- `counts`: the answers in proposals as rows; the counts by member and by day that are made from them.
- `cells`: the answers by cell and day, for the pair models.
- `reader`: the counts at a moment.
- `fill`: the initial count of all proposals that were settled before counts existed.
"""
