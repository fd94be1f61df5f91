"""The application of matching: it sees the world through ports.

- `ports/`: the engine's ports (first stage, solver, affinity), and those of the workflows (repositories, transaction).
- `candidates/`: the market at one moment, and the pairs that may be proposed.
- `rules/`: the rules of a round, bound to its problem.
- `wording/`: reasons, gaps and gains in sentences.
- `workflows/`: rounds, issuing, answers, settlement, and what events change.

Invariant: each room imports only rooms above it in this list; import-linter checks it.
"""
