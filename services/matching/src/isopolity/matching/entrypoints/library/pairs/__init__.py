"""The choice among scored pairs of any data.

- `nodes`: the ids of pairs as the nodes of a problem.
- `loads`: capacities and minimum loads of these nodes.
- `pair_rules`: pairs that must or must never be chosen.
- `group_rules`: rules on groups of pairs.
- `scored_pairs`: turns pairs, capacities and rules into a problem in numbers.
- `ruled_pairs`: chooses pairs under minimum loads and group rules.
- `shortages`: the ids and rules that fell short, and by how much.
- `explanations`: the reasons for which a pair is chosen or not.
- `choices`: a choice of pairs, and the certificate that proves its quality.
- `pair_assignment`: `assign`: chooses pairs.
"""
