"""Import files: reads rows (`isopolity.tables`) and stores their entries in one transaction.

- `tables`: tables of cities, partners, needs and offers, requests and twinnings; their columns are fields of `inputs`.
- `cells/`: converts cells as people write them, by conventions and code lists.
- `row_parts`: the city that a row names, and problems at a place of a row.
- `interest_rows`: joins rows with the needs and offers of one city.
- `same_cities`: rows of one city, joined.
- `row_parser`: parses the cells of a row into an input.
- `import_run`: reads, resolves and stores all rows of a file.
- `headings/`: what headings mean, and the rows and columns that they leave open.
- `layout`: where the table of a file is: guessed, chosen, and its rows taken out of the sheets.
- `merged_cells`: cells that are merged over several rows, repeated in each of them.
- `kept_sheets`: the sheets as they were sent, kept for another choice.
- `preparation`: reads a file for a preview, as uploads on the portal are, up to a number of rows; stores its rows.
- `prepared_runs`: the run of a prepared import, its report, what refuses it, and the rows that it leaves behind.
- `remembered_layouts`: layouts of earlier files with the same headings.
- `import_runner`: works on prepared imports in the background, and tells how far it is.
- `corrections/`: cells, whole columns and choices that are corrected, and kept where the file is read in another way.
- `stored_rows`: the stored rows, also as a file of the reading process.
- `row_effects`: rows with their effects, and the digest of all.
- `differences`: the columns in which two states of an entry differ, and the file with problems that staff gets back.
"""
