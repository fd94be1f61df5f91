"""Export files: stored entries in the form of imports, and workbooks to fill in.

- `documents`: stored entries in the form of imports.
- `export_file`: documents as CSV, a workbook or JSON.
- `template`: an empty workbook with drop-downs and code lists.
- `reference`: the columns of each table, for `docs/imports.md`.
"""
