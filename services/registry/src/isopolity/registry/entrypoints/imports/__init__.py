"""Import files: from the rows of a stranger's file (`isopolity.row_files`) to members in one transaction.

- `import_run`: runs an import, chunk by chunk.
- `cells/`: cells of tables to numbers, dates, truth values and texts.
- `tables`: columns of each kind of table.
- `row_parser`: rows to inputs, or to problems with line and column.
- `prepared/`: an import looked at before it is done.
"""
