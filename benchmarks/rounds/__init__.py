"""The choice among candidates.

- `instances`: rounds made anew from a seed, the same on every machine.
- `rounds`: both modes, beside the solvers of others.
- `round_peers`: those solvers.
- `library`: `assign` on a frame, beside the solver alone.
- `whole_round`: from members to a finished round, as a process of its own.
- `history`: a round, an edit and the status read their part of ten years of answers.
- `drafts`: one edit of a draft, and the rest improved around its pins.
- `verification`: `isopolity round verify` on the certificate of a large round.
- `group_rules`: rounds with floors and a quota, beside their bound.
- `fairflow`: the most even choice of reviewers, beside openreview-matcher's FairFlow.
- `fairness`: who gets proposals, with affinity and without.
- `floors`: who gets proposals, with floors and without, and what floors cost.
"""
