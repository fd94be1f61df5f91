"""Cells of a table: from what people write in them to numbers, dates and truth values.

- `columns`: what the cells of a column hold, and their bounds.
- `numbers`, `dates`, `truth`: what a text can mean, under each convention.
- `codes`: code lists, by code or English name.
- `conventions`: which conventions a file follows, found from its own cells.
- `conversion`: the cells of a row as values.
- `notation`: values as cells, which conversion reads back.
"""
