"""Applications to join, until staff decides.

- `drafts`: applications that are written step by step, behind a mailed link; questions of staff to applicants.
- `letters`: letters of the office about applications, until their mails are sent.
- `applications`: receives, confirms, endorses and refuses applications.
- `consultations`: National Commissions, and their opinions.
- `likeness`: members with names similar to those of applicants.
"""
