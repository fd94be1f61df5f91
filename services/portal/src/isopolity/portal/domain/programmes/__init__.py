"""A partner's programmes and what it does with them.

- `form`: a programme as a form.
- `life`: whether a programme waits, is open or closed, and how it is opened and closed.
"""
