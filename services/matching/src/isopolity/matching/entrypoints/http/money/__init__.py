"""The money of programmes over HTTP.

- `amounts`: amounts of requests in other currencies, which staff sets.
- `portfolios`: the best grants of a programme's budget, for its partner and for staff.
"""
