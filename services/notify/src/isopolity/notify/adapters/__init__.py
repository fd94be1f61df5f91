"""notify's ports on technology.

- `sql/`: repositories, queries and retention on a database.
- `http_registry`: registry's contacts, also those of a whole batch before its transaction.
- `http_applicants`: registry's applicants, what its office writes to them, and who signs in.
- `templates`: templates of mails and pages, and the languages that they can speak.
- `itsdangerous_links`: answer links, signed.
- `jinja_letters`: writes a mail from its correspondence; `mime` makes the bytes.
- `smtp_mailer`: hands mails to a mail server; `maildir_mailer` puts them into a folder.
"""
