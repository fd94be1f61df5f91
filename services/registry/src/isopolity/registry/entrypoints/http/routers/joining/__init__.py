"""Routes for applicants, and for people who become contacts of a member.

- `drafts`: applications written step by step, behind a mailed link.
- `confirmations`: the links that confirm the address of an applicant, a successor or a new contact.
- `resemblances`: members and applications that are similar to an application.
- `application_documents`: applications as staff reads them.
- `applications`: applications, on which staff asks questions and decides.
- `consultations`: National Commissions, and their opinions on applications of cities.
- `letters`: letters of the office about applications, for the service that mails them.
"""
