"""Converts cells as people write them to numbers, dates and truth values, and back.

- `columns`: the form of a column, and its cells when they are written.
- `synonyms`: names of countries and languages in many languages, and their codes of three letters.
- `codes`: code lists, with the names that people write.
- `lists`: lists in one cell.
- `subject_words`: subjects by topics that belong to them, and their German names.
- `plain_interests`: needs and offers in plain words.
- `values`: possible meanings of a text as a number, a date, or yes and no.
- `thousands`: numbers of inhabitants in thousands.
- `addresses`: web addresses as people write them.
- `people`: names and e-mail addresses of contacts, in one cell or two.
- `noted`: what a pass over the rows shows beside numbers and dates.
- `conventions`: the conventions of each column: decimal point or comma, day or month first, ticks.
- `conversion`: converts the cells of a row to values.
"""
