"""Files of rows from strangers, read by a process of its own with limits (ADR 0030).

- `spool`: has a file read, and gives its rows.
- `reader`: that process, with limits on memory and time; opens a file by its first bytes.
- `bounds`: how large files and rows may be; the heading line.
- `csv_file`, `xlsx_file`, `json_lines_file`: the forms of files.
- `rows`: rows with their line.
"""
