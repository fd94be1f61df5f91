"""Members that leave: by themselves, which `settlement` does, or into another entry.

- `forecast`: the consequences that a member's leaving would have now.
- `merger`: carries a duplicate entry's partnerships, proposals, interests and answers to the entry that stays.
- `merger_preview`: the consequences that a merger would have now.
"""
