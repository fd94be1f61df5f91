"""Routes of those who want to join.

- `drafts`: an application step by step, behind a mailed link.
- `confirmations`: the link of an application that came whole.
- `application_documents`: what staff reads of an application, and whom it resembles.
- `applications`: who applies; staff asks and decides.
- `consultations`: National Commissions, and what they say about applications of cities.
- `letters`: what the office writes about them, for the service that mails it.
"""
