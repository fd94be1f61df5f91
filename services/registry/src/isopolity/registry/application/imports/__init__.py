"""Imports: rows are compared with stored entries, a chunk at a time, and only differences are written.

- `prepared`: an import with a preview, and the effect of each row on stored entries.
- `work`: work on a prepared import in the background.
- `known_layouts`: layouts that are remembered for the next file with the same headings.
- `repositories`: the repositories of these.
- `rows`: rows, their references, and the outcome.
- `name_index`: finds names that are the same, longer, shorter or similar.
- `place_names`: other names of places, from the gazetteer.
- `named`: whom a row names or could mean.
- `nearby`: finds what lies near a place.
- `lookup`: finds the member of a row without an id, and whom else it could mean.
- `members`: rows of cities or partners, with their contacts.
- `people`: the contacts of imported members.
- `belongings`: rows of needs and offers, of requests and of twinnings.
- `done_rows`: what an import did to each entry, as it is kept.
- `undo_plan`: which of these entries can be taken back, and why others stay.
- `undo`: takes an import back.

Invariant: a row equal to the stored entry changes and publishes nothing; a row that cannot be imported becomes a
problem with its line and does not affect other rows. Events carry `bulk`, so that they cause no suggestions.
"""
