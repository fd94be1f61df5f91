"""Choices that keep rules on groups of edges or nodes (ADR 0056).

- `relaxation`: the problem with its rules priced by multipliers.
- `multipliers`: the search for prices at which the bound is small, by solving the relaxation at some prices.
- `neighbourhood`: the repair of the choice at these prices, by small integer programmes.
- `ruled_choice`: runs all of these in turn; finds rules that cannot all be kept, and the most members to be served.
"""
