"""Adapters: implementations of notify's ports.

- `sql/`: repositories, queries and retention on a database.
- `http_registry`: fetches contacts, applicants, letters and sign-ins from registry.
- `templates`: templates of mails and pages, and the languages that they are translated into.
- `itsdangerous_links`: signs and verifies answer links.
- `jinja_letters`: writes a mail from its data, and makes its bytes.
- `mailers`: hands mails to a mail server, or puts them into a folder.
"""
