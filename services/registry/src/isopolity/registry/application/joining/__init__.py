"""Who wants to join, until staff decides.

- `drafts`: applications that are written step by step, behind a mailed link.
- `ports`: where drafts, letters, commissions and what they say are kept.
- `letters`: what the office owes about applications, until its mail is out.
- `applications`: take in, confirm the address, endorse, refuse.
- `questions`: what staff asks the applicant, and the answer.
- `consultations`: National Commissions, and what they say.
- `likeness`: members whose names are much like those of applicants.
- `links`: secrets of mailed links.
"""
