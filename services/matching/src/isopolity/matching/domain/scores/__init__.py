"""Scores of pairs, part by part, and the rules that stand apart from them.

- `weights`: the weights of the parts, set by the network.
- `subjects`: neighbouring subjects, and the share of one that another can meet.
- `modes`: the modes of needs and offers: who travels, who hosts.
- `currency`: reference exchange rates.
- `city_arrays`: the cities as arrays.
- `target_arrays`: requests, and cities with their needs, one by one and as arrays.
- `programme_arrays`: the programmes as arrays; one target scored with all of them.
- `blockers`: the rules that exclude a pair, as bits.
- `programme_eligibility`: the rules of programmes: place, size, amount, period.
- `strength`: the strength of one need with one offer.
- `fit`: the needs of a city that another's offers meet.
- `twinning`: the score of two cities.
- `sponsorship`: the score of a programme with targets.
- `score`: a score and its parts.
- `confidence`: the completeness and freshness of two profiles.

Invariant: scores, blockers and confidence never influence each other.
"""
