"""Money of programmes, in whole units of their own currency.

- `grants`: the amounts of a grant that both sides accept, and amounts that staff has set.
- `budgets`: a programme's budget, and what of it is promised or open.
- `best_grants`: the best choice of grants that a budget allows, with a bound that proves how good it is.
- `portfolios`: the portfolio of a programme, and what other budgets would change.

Invariant: no amount is converted; a request in another currency has an amount once staff has set one.
"""
