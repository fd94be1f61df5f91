"""Changes of somebody else's contact; nobody is replaced without notice.

- `acts`: adds, changes and erases contacts, at once or after a wait.
- `main_contact`: staff chooses to whom a member's mails go first.
- `pending_changes`: consent, calls to staff, decisions, withdrawal and completion of pending changes.
- `notices`: recipients, contents and links of mails, and the effect of a mail's outcome on its change.
- `together`: mails about acts that change several contacts, or contacts among other things, such as imports.
- `handovers`: a contact's role is passed on to a successor.
"""
