"""Sends mails.

- `issues`: asks registry for the recipients and secrets of letters, and reports their outcomes.
- `mail_server`: derives the state of the mail server from a wave's answers, and probes a server that is away.
- `sender`: claims mails, hands them over, records their outcomes.
"""
