"""A partner's programmes and what it does with them.

- `criteria`: what decides which cities a programme reaches, and what narrows them.
- `form`: a programme as a form, and countries as people type them.
- `life`: the programmes of a member; whether one waits, is open or closed, and how it is opened and closed.
- `shortlist`: a city on the shortlist as a form; what the partner did, with its days.
"""
