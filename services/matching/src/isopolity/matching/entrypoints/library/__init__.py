"""The engine as a library: it takes and returns plain rows or frames. `isopolity.matching` exports its names.

- `tables`: reads rows and frames as columns.
- `cells`: reads single cells, and quotes them in sentences.
- `arguments`: checks single arguments.
- `pairs/`: `assign`: scored pairs of any data, and the choice among them.
- `records`: the columns and rows of the tables of members.
- `member_rows`: checks a row and turns it into a state that registry could have published.
- `roster`: puts the members, under internal ids, into the domain's network.
- `round_rules`: reads the rules of a round.
- `members`: `Members`: suggestions for a member, reasons of a pair, and whole rounds.
- `findings`: the answers of `Members`, as objects and as rows of a frame.

Invariant: wrong input raises a `MatchingError` that is also a ValueError, with one sentence, and no other error.
"""
