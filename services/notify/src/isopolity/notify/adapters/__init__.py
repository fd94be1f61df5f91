"""Adapters: implementations of notify's ports.

- `sql/`: repositories, queries and retention on a database.
- `http_registry`: fetches contacts from registry, also those of a whole batch before its transaction.
- `http_applicants`: fetches recipients of letters and of sign-in mails from registry.
- `templates`: templates of mails and pages, and the languages that they are translated into.
- `itsdangerous_links`: signs and verifies answer links.
- `jinja_letters`: writes a mail from its correspondence; `mime` makes the bytes.
- `smtp_mailer`: hands mails to a mail server; `maildir_mailer` puts them into a folder.
"""
