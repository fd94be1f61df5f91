"""notify's ports on technology.

- `sql/`: repositories, queries and retention on a database.
- `registry_calls.py`: authenticated calls of registry, under `http_contact_directory.py` and `http_applicants.py`;
  `prefetching_directory.py` asks for the contacts of a batch before its transaction.
- `templates.py`: templates of mails and pages, and the languages that they can speak.
- `itsdangerous_links.py`: answer links, signed.
- `jinja_letters.py`: writes a mail from its correspondence; `mime.py` makes the bytes.
- `smtp_mailer.py`, `smtp_data.py`: hand mails to a mail server; `maildir_mailer.py` puts them into a folder.
"""
