"""Dead letters over HTTP: masked for readers; redriven or settled by operators.

- `summaries`: a letter as in lists, without its content.
- `trials`: dry runs of redriving a letter; redrives letters in small batches.
- `dead_letters`: lists, shows, unmasks, tries, redrives and settles letters.
"""
