"""Imports of staff: a file is looked at, and then imported as it was shown.

- `upload`: a file is picked and read; workbooks to fill in.
- `preview`: its rows, what is wrong, what would change; the file back; doing it.
"""
