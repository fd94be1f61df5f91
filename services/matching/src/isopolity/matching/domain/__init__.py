"""The domain of matching: members, the network that they form, and the states of rounds and proposals.

- `member`: cities, programmes, requests, and the names of holders and pairs.
- `network`: the graph of members and ties, built from the states in events.
- `connectivity`: components of the network, followed tie by tie, and the shortest path of ties between two members.
- `sphere`: distances on the earth.
- `legal_acts`: the binding legal acts that keep members of some countries apart.
- `meaning/`: what needs and offers are about: topics of the thesaurus, and own words.
- `scores/`: the arrays that scores are made from, the scores, blockers and confidence.
- `acceptance`: the chance that a member says yes, learned from its answers.
- `pair_model/`: which pairs are liked, learned from counts of answers.
- `rules/`: the rules of a round, and its objective.
- `round`: a round and its states, the next best pairs that it did not choose, and plans under a name.
- `draft`: a draft of a round: its states, its edits, and the choice that is edited.
- `draft_report`: the report of a draft's pairs, and the record of a publication with its frozen report.
- `money/`: grants, budgets, and the best choice of grants.
- `gains`: the gains of the network from a round.
- `side`: one side of a proposal, with the summary of a programme or a request for the other side.
- `proposal`: a proposal and its states.
- `interest`: a member asks to be introduced to another.
- `merger`: two entries of one member are merged.
- `settings`: settings that staff chooses, which override the operator's.
- `partnership`: a partnership and its states.

Invariant: nothing here knows a database, an event or a clock; besides the standard library it uses numpy, scipy,
networkx and the thesaurus.
"""
