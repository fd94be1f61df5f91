"""The HTTP interface of notify.

- `app`: the routers, and their context on the application.
- `context`: ports of the routers, and the rights to call them; `problems`: refusals as problem details.
- `answers`: the pages that links in mails lead to; `html_pages` renders them.
- `own_answers`: the same for members that have signed in, as JSON.
- `introductions`: contacts of partners, for members that have signed in.
- `previews`: a proposal's mails before anything is sent.
- `mails`: the ledger, and the words that people wrote, as JSON.
- `mail_server`: whether the mail server takes mails, and the order to try it.
- `nudges`: staff reminds members by mail.
- `shown_settings`: settings that staff may see.
- `unarrived`: mails that did not arrive, and the order to send them again.
- `unreached`: contacts that mails do not reach.
"""
