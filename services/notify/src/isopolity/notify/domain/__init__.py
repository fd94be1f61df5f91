"""The things that notify knows, without any technology.

- `contact.py`, `applicant.py`: people whom it writes to.
- `proposal.py`: what it writes about.
- `mail.py`: an entry of the ledger, its states and when it is tried again.
- `answer.py`: what a side can say, and what is final.
- `errors.py`: all that can go wrong.
"""
