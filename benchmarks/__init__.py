"""Benchmarks, each beside its peers; `python -m benchmarks [--only NAME] [--quick]` runs them.

- `surroundings`: Kafka and PostgreSQL, at the tests' addresses or in containers.
- `measuring`: contenders take turns; only ratios within one round are compared.
- `sample`: cities as large as real ones.
- `messaging/`: consumer, relay, readers.
- `registry/`: cities that come in, one by one and in files.
- `services/`: the services as processes of their own.
- `candidates/`: the search for partners, and what one change costs.
- `rounds/`: solvers, whole rounds, their proof and their fairness.
- `learning/`: rounds that learn from simulated answers.
- `affinity/`: how well the learned affinity finds hidden links.
- `lighthouse/`: public pages as a telephone loads them; a program of its own, `node benchmarks/lighthouse/measure.mjs`.
- `report`, `headlines`: figures as JSON in `results/`, and as tables in docs/benchmarks.md.
"""
