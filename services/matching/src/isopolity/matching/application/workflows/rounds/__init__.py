"""Rounds, in the order in which things happen.

- `orders`: a round as a row: ordered, next to run, cancelled, failed.
- `execution`: a round from its row to its proposals or its draft, in several transactions.
- `situation`: all that a round depends on besides its plan.
- `computation`: from a market to the choice, its proof and the reasons, in a thread.
- `choice/`: the choice of a round, and what it says of all pairs of its market.
- `round_candidates`: the best pairs of each member, and the best of those that the rules leave.
- `ruled_rounds`: the choice under rules, and the rules of a round in its draft.
- `remedies`: what to change in the order of a round that failed, each change tried.
- `failure_sentences`: why a round failed by its rules, and its remedies, in sentences.
- `templates`: orders that are saved under a name.
- `rule_trial`: rules tried before a round runs.
- `trial_sentences`: what such a trial found, in sentences.
- `floored_rounds`: the choice under soft floors, in a round and in its draft.
- `exposed_rounds`: the choice within floors of exposure, where something was learned about pairs.
- `budgets`: budgets of programmes as rules of a round's problem.
- `empty_rounds`: why a round is empty, and when that ends, for staff.
- `missed_pairs`: why a member, or a pair, is not in a round, for staff.
"""
