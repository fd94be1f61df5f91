"""Ports of matching's application, implemented by adapters.

- `engine`: the first stage, the solver, the affinity, and the network; they need no database.
- `repositories`: members, proposals, interests, slots of capacity and partnerships, and the rows they are stored as.
- `rounds`: rounds, drafts, publications, amounts and settings: what staff orders, edits and sets.
- `unit_of_work`: one transaction with its repositories; the gate, and what other services report.
"""
