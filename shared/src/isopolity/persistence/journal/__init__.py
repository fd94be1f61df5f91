"""The journal: a line of each event that a service published: ids, type, moment, lineage and place, and no value.

- `lines`: a line of a message, its references and its place, and writing lines.
- `table`: the table of lines, queries on it, and its backfill with events from before there was a journal.
"""
