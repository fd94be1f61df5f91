"""Changes of somebody else's contact: who may make them at once, and which wait until that person could object.

- `working_days`: when three working days are over.
- `rights`: the table of who may do what, as one function.
- `main_contact`: whom the mails of a member go to.
- `contact_change`: a change that waits or has been made, and how it ends.
- `notice`: the content of a mail about it.
"""
