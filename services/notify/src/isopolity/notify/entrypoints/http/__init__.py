"""notify over HTTP.

- `app.py`: the routers, and what they find on the application.
- `context.py`: all that they work with, and who may call; `problems.py`: refusals as problem details.
- `answers.py`: the pages that links in mails lead to; `html_pages.py` renders them.
- `mails.py`: the ledger, and the words that people wrote, as JSON.
"""
