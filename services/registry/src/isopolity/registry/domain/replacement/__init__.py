"""Changes of somebody else's contact, some of which wait so that the person can object.

- `working_days`: computes the end of three working days.
- `rights`: decides whether a change is made at once, waits or is refused.
- `main_contact`: the contact that gets a member's mails.
- `contact_change`: a pending or completed change, and its statuses.
- `notice`: the content of a mail about it.
"""
