"""The engine as a library: it takes and returns plain rows or frames. `isopolity.matching` exports its names.

- `tables`: reads rows and frames as columns, and single cells; quotes cells in sentences.
- `interests`: reads needs and offers, in a cell or in a table of their own.
- `columns`: the columns of the tables of members; reads their rows by id.
- `answer_tables`: rows of an answer as a frame.
- `arguments`: checks single arguments of `assign`.
- `pairs/`: `assign`: scored pairs of any data, and the choice among them.
- `member_rows`: checks a row and turns it into a state that registry could have published.
- `roster`: reads the tables of members, and puts them, under internal ids, into the domain's network.
- `member_arguments`: checks those of `Members`, and reads the rules of a round.
- `members`: `Members`: suggestions for a member, reasons of a pair, and whole rounds.
- `findings`: the answers of `Members`.

Invariant: wrong input raises a `MatchingError` that is also a ValueError, with one sentence, and no other error.
"""
