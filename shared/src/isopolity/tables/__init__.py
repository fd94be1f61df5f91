"""Tables and files of rows, written for people and read from strangers: by a process of its own with limits (ADR 0030).

- `rows`: rows with their line, the heading, and how large any file and row may be; readers may set lower limits.
- `text_files`: CSV, written and read; JSON Lines.
- `workbooks`: XLSX, written and read.
- `reader`: the reading process, with limits on memory and time; opens a file by its first bytes.
- `spool`: has a file read, and gives its rows.
- `draft_tables`: a draft of a round as a table, out and back.
"""
