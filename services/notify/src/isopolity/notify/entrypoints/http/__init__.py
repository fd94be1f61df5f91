"""notify over HTTP.

- `app`: the routers, and what they find on the application.
- `context`: all that they work with, and who may call; `problems`: refusals as problem details.
- `answers`: the pages that links in mails lead to; `html_pages` renders them.
- `own_answers`: the same for who has signed in, as JSON.
- `introductions`: whom to write to at partners, for who has signed in.
- `previews`: a proposal's mails before anything is sent.
- `mails`: the ledger, and the words that people wrote, as JSON.
- `mail_server`: whether the mail server takes mails, and the order to try it.
- `nudges`: staff reminds members by mail.
- `shown_settings`: settings that staff may see.
- `unarrived`: mails that did not arrive, and the order to send them again.
- `unreached`: contacts that mails do not reach.
"""
