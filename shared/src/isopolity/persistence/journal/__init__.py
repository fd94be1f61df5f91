"""The journal: a line of each event that a service published: ids, type, moment, lineage and place, and no value.

- `refs`: which things an event is about, read from its data as the contracts name them.
- `table`: the table of lines.
- `lines`: a line of a message and its place, and writing lines.
- `queries`: lines by what they are about, by lineage, or by id.
- `backfill`: lines of what the log still holds from before there was a journal.
"""
