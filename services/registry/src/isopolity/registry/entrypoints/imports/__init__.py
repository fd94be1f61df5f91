"""Import files: reads rows (`isopolity.row_files`) and stores their entries in one transaction.

- `import_run`: runs an import, chunk by chunk.
- `cells/`: converts cells to numbers, dates, truth values and texts.
- `tables`: columns of each kind of table.
- `row_parser`: converts rows to inputs, or to problems with line and column.
- `prepared/`: imports with a preview.
"""
