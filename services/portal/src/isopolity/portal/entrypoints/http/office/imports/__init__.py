"""Imports of staff: a file is looked at, and then imported as it was shown.

- `uploading`: a file is picked and read; workbooks to fill in.
- `looking`: its rows, what is wrong, what would change; the file back; doing it.
"""
