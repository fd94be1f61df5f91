"""Changes of somebody else's contact; nobody is replaced without notice.

- `ports`: the repository of changes and of links in their mails.
- `acts`: adds, changes and erases contacts, at once or after a wait.
- `pending_changes`: consent, calls to staff, decisions, withdrawal and completion of pending changes.
- `links`: secrets in mails, and the effect of a mail's outcome on its change.
- `notices`: recipients and contents of mails.
- `together`: mails about acts that change several contacts, or contacts among other things.
- `withdrawals`: a member leaves, perhaps with its contacts.
- `imported`: changes of contacts by imports.
- `new_addresses`: coordinators who have not confirmed their new address yet.
"""
