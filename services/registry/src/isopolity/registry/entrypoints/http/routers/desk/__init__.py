"""Desks of partners.

- `admission`: admits only a partner's own contacts, not staff.
- `shortlists`: cities on a partner's shortlist, with notes.
- `selections`: named selections of the explorer.
"""
