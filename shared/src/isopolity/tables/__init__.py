"""Tables and files of rows: writes them for people, and reads files of strangers in a process with limits (ADR 0030).

- `rows`: rows with their line, the heading, and how large any file and row may be; readers may set lower limits.
- `text_files`: CSV, written and read; JSON Lines.
- `workbooks`: XLSX, written and read.
- `reader`: the reading process, with limits on memory and time; opens a file by its first bytes.
- `spool`: starts the reading process, and gives the rows that it wrote.
- `draft_tables`: writes a draft of a round as a table, and reads the decisions in a returned one.
"""
