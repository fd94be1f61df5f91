"""Imports that are looked at before they are done.

- `differences`: what a row changes, in cells.
- `preparation`: reads a file and keeps what it would do; does what was shown.
- `returned_file`: the rows as a file, with a column of what to change.
"""
