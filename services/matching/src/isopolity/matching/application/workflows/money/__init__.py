"""Money of programmes: budgets, and the portfolios that they allow.

- `portfolios`: whom a programme's money would support best, for its partner's eyes or staff's.
"""
