"""Who wants to join, until staff decides.

- `drafts`: applications that are written step by step, behind a mailed link.
- `ports`: where drafts and letters are kept.
- `letters`: what the office owes about applications, until its mail is out.
- `applications`: take in, confirm the address, endorse, refuse.
- `questions`: what staff asks the applicant, and the answer.
- `links`: secrets of mailed links.
"""
