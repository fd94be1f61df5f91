"""The domain of matching: members, the network that they form, and the states of rounds and proposals.

- `member`: cities, programmes, requests, and the names of holders and pairs.
- `network`: the graph of members and ties, built from the states in events.
- `connectivity`: components of the network, followed tie by tie.
- `tie_paths`: the shortest path of ties between two members.
- `sphere`: distances on the earth.
- `scores/`: the arrays that scores are made from, the scores, blockers and confidence.
- `first_stage_sketch`: a city in some fifty numbers, for the first stage.
- `first_stage_numbers`: every city in numbers that a compiled kernel goes through.
- `array_patches`: one row of those arrays put in, replaced or taken out.
- `acceptance`: the chance that a member says yes, learned from its answers.
- `round_rules`: pairs that staff wants, or does not want, in a round.
- `rules/`: all other rules of a round, and its objective.
- `round`: a round and its states.
- `drafts/`: a draft of a round: its states, edits and numbers.
- `alternate_pairs`: the next best pairs of a round.
- `money/`: grants, budgets, and the best choice of grants.
- `gains`: the gains of the network from a round.
- `summaries`: a programme and a request as the other side hears of them.
- `proposal`: a proposal and its states.
- `interests/`: members that ask to be introduced.
- `mergers/`: two entries of one member made one.
- `settings/`: what staff chooses in the place of the operator's settings.
- `partnership`: a partnership and its states.

Invariant: nothing here knows a database, an event or a clock; besides the standard library it uses numpy, scipy and
networkx.
"""
