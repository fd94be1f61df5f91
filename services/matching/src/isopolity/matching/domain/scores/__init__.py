"""Scores of pairs, part by part, and the rules that stand apart from them.

- `weights`: a score, its parts, and their weights, set by the network.
- `subjects`: neighbouring subjects, and the share of one that another can meet.
- `nearness`: the nearness of two sides' subjects, put right by their topics.
- `city_arrays`: the cities as arrays.
- `wants`: what targets want help with, and the kinds of support that help, one by one and as arrays.
- `target_arrays`: requests, and cities with their needs, one by one and as arrays.
- `programme_arrays`: the programmes as arrays; one target scored with all of them.
- `first_stage/`: every city as numbers for the compiled kernels of the first stage.
- `array_patches`: insert, replace or delete one row of those arrays.
- `blockers`: the rules that exclude a pair, as bits.
- `programme_eligibility`: the rules of programmes: place, size, period, and amount with rough exchange rates.
- `strength`: the strength of one need with one offer, the modes in which both can meet, and what each asks of both.
- `hours`: the working hours that two places have in common today.
- `fit`: the needs of a city that another's offers meet.
- `twinning`: the score of two cities.
- `sponsorship`: the score of a programme with targets.
- `confidence`: the completeness and freshness of two profiles.

Invariant: scores, blockers and confidence never influence each other.
"""
