"""The domain of matching: members, the network that they form, and the states of rounds and proposals.

- `member`: cities, programmes, requests, and the names of holders and pairs.
- `network`: the graph of members and ties, built from the states in events.
- `connectivity`: components of the network, followed tie by tie.
- `tie_paths`: the shortest path of ties between two members.
- `sphere`: distances on the earth.
- `scores/`: the arrays that scores are made from, the scores, blockers and confidence.
- `first_stage_sketch`: a city in some fifty numbers, for the first stage.
- `first_stage_numbers`: every city as numbers for the compiled kernels.
- `array_patches`: insert, replace or delete one row of those arrays.
- `acceptance`: the chance that a member says yes, learned from its answers.
- `round_rules`: pairs that staff wants, or does not want, in a round.
- `rules/`: all other rules of a round, and its objective.
- `round`: a round and its states.
- `drafts/`: a draft of a round: its states, edits and numbers.
- `alternate_pairs`: the next best pairs of a round.
- `money/`: grants, budgets, and the best choice of grants.
- `gains`: the gains of the network from a round.
- `summaries`: a programme and a request, summarised for the other side.
- `proposal`: a proposal and its states.
- `interests/`: members that ask to be introduced.
- `mergers/`: two entries of one member are merged.
- `settings/`: settings that staff chooses, which override the operator's.
- `partnership`: a partnership and its states.

Invariant: nothing here knows a database, an event or a clock; besides the standard library it uses numpy, scipy and
networkx.
"""
