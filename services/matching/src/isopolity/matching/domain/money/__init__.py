"""Money of programmes, in whole units of their own currency.

- `grants`: the amounts of a grant that both sides accept; a programme's budget, and its promised and open parts.
- `grant_prices`: prices of money and of a place, and the bound of all choices that they prove.
- `best_grants`: the best choice of grants within a budget, by a solver that sees the few that prices do not decide.
- `portfolios`: the portfolio of a programme, and the effect of other budgets.

Invariant: no amount is converted; a request in another currency has an amount once staff has set one.
"""
