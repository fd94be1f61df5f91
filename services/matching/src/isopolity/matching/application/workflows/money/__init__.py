"""Money of programmes: budgets, and the portfolios that they allow.

- `amounts`: amounts of requests in other currencies, which staff sets.
- `budget_limits`: the proposals for which a budget has not enough left.
- `round_budgets`: budgets as rules of a round's problem.
- `portfolios`: whom a programme's money would support best, for its partner's eyes or staff's.
"""
