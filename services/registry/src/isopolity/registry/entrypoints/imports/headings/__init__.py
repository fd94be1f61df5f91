"""What the headings of a file mean, and the rows and columns that they leave open.

- `meanings`: headings that people write, by the column that they mean.
- `extra_rows`: rows that are no rows of a table: a second line of headings, and totals.
- `column_guesses`: columns whose heading does not tell them, by more headings and by their cells.
"""
