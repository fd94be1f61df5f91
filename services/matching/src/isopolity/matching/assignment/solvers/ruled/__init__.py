"""Choices that keep rules on groups of edges or nodes (ADR 0056).

- `relaxation`: the problem with its rules priced by multipliers.
- `oracles`: the relaxation solved at some prices, by its linear programme or to the optimum.
- `multipliers`: the search for prices at which the bound is small.
- `neighbourhood`: the repair of the choice at these prices, by small integer programmes.
- `ruled_choice`: runs all of these in turn.
- `conflict`: rules that cannot all be kept.
- `most_served`: the most members that can be served.
"""
