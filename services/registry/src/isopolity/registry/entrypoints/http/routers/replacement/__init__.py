"""Routes of changes of somebody else's contact.

- `bodies`: bodies of requests about them.
- `contact_changes`: waiting changes, and those with a call to staff.
"""
