"""Mails on their way out.

- `issues`: asks registry for the recipients and secrets of letters, and tells it what became of them.
- `mail_server`: judges the mail server by a wave's answers, and tries one that is away.
- `sender`: claims mails, hands them over, records their outcomes.
"""
