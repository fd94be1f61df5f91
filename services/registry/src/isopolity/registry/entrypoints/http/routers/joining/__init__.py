"""Routes of people who want to join, and of people who are named for a member.

- `drafts`: an application step by step, behind a mailed link.
- `confirmations`: the link of an application that came whole.
- `confirmed_contacts`: the link of a person who is named as a contact.
- `application_documents`: what staff reads of an application, and whom it resembles.
- `applications`: who applies; staff asks and decides.
- `consultations`: National Commissions, and what they say about applications of cities.
- `letters`: what the office writes about them, for the service that mails it.
"""
