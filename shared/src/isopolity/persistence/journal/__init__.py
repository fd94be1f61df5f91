"""The journal: a line for each event that a service published: ids, type, moment, lineage and place, and no values.

- `lines`: the line of an event with its references and place; writes lines.
- `table`: the table of lines, queries on it, and its backfill with events from before there was a journal.
"""
