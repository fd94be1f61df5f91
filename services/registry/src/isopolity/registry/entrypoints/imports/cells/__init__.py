"""Converts cells as people write them to numbers, dates and truth values.

- `columns`: types and bounds of columns.
- `numbers`, `dates`, `truth`: possible meanings of a text under each convention.
- `codes`: code lists, by code or English name.
- `conventions`: finds the conventions of a file from its cells.
- `conversion`: converts the cells of a row to values.
- `notation`: converts values to cells that conversion reads back.
"""
