"""The engine as a library: plain rows or frames in, the same kind out. `isopolity.matching` offers its names.

- `tables`: reads rows and frames as columns.
- `cells`: reads single cells, and says in sentences what is in them.
- `arguments`: checks single arguments.
- `pairs/`: `assign`: scored pairs of any data, and the choice among them.
- `records`: the columns of the tables of members, and their rows.
- `member_rows`: checks a row and makes it a state that registry could have published.
- `roster`: puts the members, under internal ids, into the domain's network.
- `round_rules`: reads the rules of a round.
- `members`: `Members`: who would suit whom, why, and whole rounds.
- `findings`: the answers of `Members`, as objects and as rows of a frame.

Invariant: wrong input raises a `MatchingError` that is a ValueError too, in one sentence, and no other error.
"""
