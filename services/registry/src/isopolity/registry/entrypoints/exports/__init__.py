"""Files that registry hands out: what an import takes, as it is stored, and workbooks to fill in.

- `documents`: what is stored, as an import takes it.
- `export_file`: documents as CSV, a workbook or JSON.
- `template`: an empty workbook with drop-downs and code lists.
- `reference`: the columns of each table, for `docs/imports.md`.
"""
