"""Members in a table, and files of them.

- `table`: members with columns of choice, filters and orders, as a page or a file.
- `saved_lists`: such lists that staff saved under a name.
- `member_file`: a member's page as a file.
- `bulk_acts`: one act for many members, with a preview.
"""
