"""Import files: from the bytes of a stranger to rows in one transaction.

- `import_run`: runs an import, chunk by chunk.
- `spool`: has the file read by a process of its own.
- `reader`: that process, with limits on memory and time; opens a file by its first bytes.
- `bounds`: how large files and rows may be; the heading line.
- `csv_file`, `xlsx_file`, `json_lines_file`: the forms of files.
- `rows`: rows with their line.
- `cells/`: cells of tables to numbers, dates, truth values and texts.
- `tables`: columns of each kind of table.
- `row_parser`: rows to inputs, or to problems with line and column.
- `prepared/`: an import looked at before it is done.
"""
