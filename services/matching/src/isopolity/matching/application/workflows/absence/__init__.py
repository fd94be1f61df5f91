"""Why none, why not: what keeps a member from proposals, and what would help.

- `why_none`: what rules out a member's partners, and the one change that would help most, by what is public.
- `missed_pairs`: why a member, or a pair, is not in a round, for staff.
- `empty_rounds`: why a round is empty, and when that frees, for staff.
- `pair_change`: the one change of one side that would make a pair fit.
"""
