"""Requests of a city to sponsors, as the city itself sees them.

- `own`: the city's requests, each with its state and what the office has not agreed to.
- `form`: a request as a form.
"""
