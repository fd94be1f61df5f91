"""notify's ports on technology.

- `sql/`: repositories, queries and retention on a database.
- `http_registry.py`: registry's contacts, also those of a whole batch before its transaction, and its applicants.
- `templates.py`: templates of mails and pages, and the languages that they can speak.
- `itsdangerous_links.py`: answer links, signed.
- `jinja_letters.py`: writes a mail from its correspondence; `mime.py` makes the bytes.
- `smtp_mailer.py`: hands mails to a mail server; `maildir_mailer.py` puts them into a folder.
"""
