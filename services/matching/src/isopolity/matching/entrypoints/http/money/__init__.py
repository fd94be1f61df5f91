"""The money of programmes over HTTP.

- `amounts`: amounts of requests in other currencies, which staff sets.
- `cities_to_ask`: the cities that could make a request for a programme.
- `portfolios`: the best grants of a programme's budget, for its partner and for staff.
"""
