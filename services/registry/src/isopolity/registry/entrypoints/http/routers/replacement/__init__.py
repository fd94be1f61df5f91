"""Routes of changes of somebody else's contact.

- `bodies`: what requests about them hold.
- `contact_changes`: changes that wait, or that staff was called to.
"""
