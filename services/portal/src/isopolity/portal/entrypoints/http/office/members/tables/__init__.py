"""Members in a table.

- `table`: members with columns of choice, filters and orders, as a page or a file.
- `saved_lists`: such lists that staff saved under a name.
- `bulk_acts`: one act for many members, with a preview.
"""
