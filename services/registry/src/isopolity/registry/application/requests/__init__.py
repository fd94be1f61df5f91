"""Requests of cities to sponsors.

- `acts`: requests are published, revised and closed; some of them wait for staff.
- `invitations`: staff invites cities to make a request for a programme.
"""
