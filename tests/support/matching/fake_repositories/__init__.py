"""matching's repositories in memory; `tests.support.matching.fakes` puts them together.

- `kept`: the rows that they keep.
- `proposals`: proposals, answers and deliveries.
- `interests`: interests, slots and partnerships.
- `rounds`: rounds, drafts and publications.
- `states`: members, money, choices and other states.
"""
