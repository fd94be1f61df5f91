"""Dead letters over HTTP: masked for readers, and the ways in which one ends.

- `summaries`: a letter as in lists, without its content.
- `trials`: what would become of a letter that is published again; publishes originals a few at a time.
- `dead_letters`: lists, shows, unmasks, tries, redrives and settles letters.
"""
