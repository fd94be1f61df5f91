"""Dead letters over HTTP: masked for who may read, and the ways in which one ends.

- `summaries`: a letter as lists tell it, without what it says.
- `masked_letters`: one letter, with ids and names of fields.
- `trials`: what would become of a letter that is published again.
- `small_batches`: publishes originals again, a few at a time, until one returns.
- `dead_letters`: lists, unmasks, tries, redrives and settles letters.
"""
