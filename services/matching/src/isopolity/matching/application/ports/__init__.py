"""Ports of matching's application, implemented by adapters.

- `answers`: how members answered, counted.
- `engine`: the first stage, the solver, the affinity, and the network; they need no database.
- `interests`: the interests that are stored.
- `money`: what is promised or open of budgets, and amounts that staff has set.
- `publications`: the publications of rounds, with their certificates and frozen reports.
- `repositories`: what is stored, and the rows that it is stored as.
- `settings`: what staff has chosen.
- `unit_of_work`: one transaction with its repositories, what opens one, and the lease of rounds.
"""
