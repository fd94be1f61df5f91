"""The things that notify knows, without any technology.

- `people.py`: contacts and applicants, whom it writes to.
- `proposal.py`: what it writes about, and what a side can say to it.
- `mail.py`: an entry of the ledger, its states and when it is tried again.
- `errors.py`: all that can go wrong.
"""
