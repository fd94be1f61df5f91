"""Why none, why not: what keeps a member from proposals, and what would help.

- `public_rounds`: keeps the pairs of the public round, and answers, until somebody changes.
- `why_none`: what rules out a member's partners, and the one change that would help most, by what is public.
- `standing`: why a member, or a pair, is not in a round, for staff.
- `empty_rounds`: why a round is empty, and when that frees, for staff.
- `pair_change`: the one change of one side that would make a pair fit.
"""
