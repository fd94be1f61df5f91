"""The engine as a library: plain rows or frames in, the same kind out. `isopolity.matching` offers its names.

- `tables`: reads rows and frames as columns.
- `cells`: reads single cells, and says in sentences what is in them.
- `arguments`: checks single arguments.
- `nodes`: the ids of pairs as the nodes of a problem.
- `loads`: capacities and minimum loads of these nodes.
- `pair_rules`: pairs that must or must never be chosen.
- `scored_pairs`: makes a problem in numbers of scored pairs, capacities and rules.
- `explanations`: why a pair is chosen or not.
- `choices`: a choice of pairs, and the certificate that proves how good it is.
- `pair_assignment`: `assign`: chooses pairs.
- `records`: the columns of the tables of members, and their rows.
- `member_rows`: checks a row and makes it a state that registry could have published.
- `roster`: puts the members, under internal ids, into the domain's network.
- `members`: `Members`: who would suit whom, why, and whole rounds.
- `findings`: the answers of `Members`, as objects and as rows of a frame.

Invariant: wrong input raises a `MatchingError` that is a ValueError too, in one sentence, and no other error.
"""
