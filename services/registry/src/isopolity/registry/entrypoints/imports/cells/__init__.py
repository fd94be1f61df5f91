"""Converts cells as people write them to numbers, dates and truth values, and back.

- `columns`: the form of a column, and its cells when they are written.
- `synonyms`: names of countries and languages in many languages, and their codes of three letters.
- `codes`: code lists, with the names that people write.
- `values`: possible meanings of a text as a number, a date, or yes and no.
- `conventions`: the conventions of a table: decimal point or comma, day or month first, ticks.
- `conversion`: converts the cells of a row to values.
"""
