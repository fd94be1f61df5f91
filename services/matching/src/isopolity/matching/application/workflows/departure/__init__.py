"""Members that leave: by themselves, which `settlement` does, or into another entry.

- `forecast`: what would end, when, and who would be mailed, if a member left now.
- `merger`: what a duplicate entry has goes on at the entry that stays.
- `merger_preview`: what of it would go on, if the two were merged now.
"""
