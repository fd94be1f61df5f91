"""The things that notify knows, without any technology.

- `people.py`: contacts and applicants, whom it writes to.
- `proposal.py`: what it writes about.
- `mail.py`: an entry of the ledger, its states and when it is tried again.
- `answer.py`: what a side can say, and what is final.
- `errors.py`: all that can go wrong.
"""
