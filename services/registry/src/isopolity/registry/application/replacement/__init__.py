"""Changes of somebody else's contact, so that nobody is replaced silently.

- `ports`: where changes and the links in their mails are kept.
- `acts`: a contact is entered, changed or erased by somebody: at once, or it waits.
- `pending_changes`: a change that waits is agreed to, called to staff, decided, taken back, or made in time.
- `links`: the secrets in the mails, and how the end of a mail moves its change.
- `notices`: who is mailed, and what.
- `together`: mails of acts that change many contacts, or one beside other things.
- `withdrawals`: a member leaves, and its contacts with it.
- `imported`: contacts in files.
- `new_addresses`: coordinators with a new address of their own that is not confirmed yet.
"""
