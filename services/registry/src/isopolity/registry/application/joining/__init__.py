"""Applications to join, until staff decides.

- `drafts`: applications that are written step by step, behind a mailed link.
- `ports`: repositories of drafts, letters, commissions and consultations.
- `letters`: letters of the office about applications, until their mails are sent.
- `applications`: receives, confirms, endorses and refuses applications.
- `questions`: questions of staff to applicants, and their answers.
- `consultations`: National Commissions, and their opinions.
- `likeness`: members with names similar to those of applicants.
- `links`: secrets of mailed links.
"""
