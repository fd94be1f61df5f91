"""The engine as a library: it takes and returns plain rows or frames. `isopolity.matching` exports its names.

- `tables`: reads rows and frames as columns, and single cells; quotes cells in sentences.
- `arguments`: checks single arguments, and reads the rules of a round.
- `pairs/`: `assign`: scored pairs of any data, and the choice among them.
- `member_rows`: checks a row and turns it into a state that registry could have published.
- `roster`: reads the tables of members, and puts them, under internal ids, into the domain's network.
- `members`: `Members`: suggestions for a member, reasons of a pair, and whole rounds.
- `findings`: the answers of `Members`, as objects and as rows of a frame.

Invariant: wrong input raises a `MatchingError` that is also a ValueError, with one sentence, and no other error.
"""
