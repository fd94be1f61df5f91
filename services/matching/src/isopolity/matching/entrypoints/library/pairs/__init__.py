"""The choice among scored pairs of any data.

- `loads`: the ids of pairs as the nodes of a problem, with their capacities and minimum loads.
- `group_rules`: rules on groups of pairs.
- `scored_pairs`: turns pairs, capacities and rules into a problem in numbers.
- `totals`: rules of one family that ask for more pairs than one side has room for.
- `ruled_pairs`: chooses pairs under minimum loads and group rules; the ids and rules that fell short.
- `even_rules`: a choice under rules whose least sum is as great as a few rounds find.
- `explanations`: the reasons for which a pair is chosen or not.
- `choices`: a choice of pairs, and the certificate that proves its quality.
- `pair_assignment`: `assign`: chooses pairs.
"""
