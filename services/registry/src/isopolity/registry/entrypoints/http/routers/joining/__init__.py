"""Routes of those who want to join.

- `drafts`: an application step by step, behind a mailed link.
- `confirmations`: the link of an application that came whole.
- `applications`: who applies, and whom that resembles; staff decides.
- `letters`: what the office writes about them, for the service that mails it.
"""
