"""The choice among scored pairs of any data.

- `nodes`: the ids of pairs as the nodes of a problem.
- `loads`: capacities and minimum loads of these nodes.
- `pair_rules`: pairs that must or must never be chosen.
- `group_rules`: rules on groups of pairs.
- `scored_pairs`: makes a problem in numbers of pairs, capacities and rules.
- `ruled_pairs`: chooses pairs under minimum loads and group rules.
- `shortages`: who and which rules fell short, by how much.
- `explanations`: why a pair is chosen or not.
- `choices`: a choice of pairs, and the certificate that proves how good it is.
- `pair_assignment`: `assign`: chooses pairs.
"""
