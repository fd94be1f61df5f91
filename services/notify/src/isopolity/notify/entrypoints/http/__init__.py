"""The HTTP interface of notify.

- `context`: ports of the routers, the rights to call them, and refusals as problem details.
- `answers`: the pages that links in mails lead to; `html_pages` renders them.
- `own_answers`: answers and contacts of partners, as JSON for members that have signed in.
- `telephone`: answers that members give to staff by telephone.
- `mails`: the ledger, and the words that people wrote, as JSON.
- `unarrived`: mails that did not arrive, the order to send them again, and contacts that mails do not reach.
- `listed_members`: lists of members for staff.
- `office`: staff previews a proposal's mails, reminds members, and has the mail server tried.
"""
