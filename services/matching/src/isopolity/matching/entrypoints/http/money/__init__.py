"""Money of programmes over HTTP.

- `amounts`: amounts of requests in other currencies, which staff sets.
- `portfolios`: whom a programme's budget would support best, for its partner and for staff.
- `portfolio_schemas`: views of portfolios.
- `examples`: answers as the API's page shows them.
"""
