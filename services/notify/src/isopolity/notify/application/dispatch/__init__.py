"""Mails on their way out.

- `issues`: letters whose person registry knows, and whose secret it makes; what it is to hear of mails.
- `mail_server`: what a wave's answers say of the mail server, and when it is tried.
- `sender`: claims mails, hands them over, records their outcomes.
"""
