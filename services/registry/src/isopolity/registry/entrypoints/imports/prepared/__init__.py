"""Imports with a preview.

- `differences`: differences between states of an entry, in cells.
- `preparation`: reads a file and stores its effects; then imports it with exactly these effects.
- `returned_file`: writes the rows to a file, with a column that says what to change.
"""
