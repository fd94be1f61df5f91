"""Exploring over HTTP: which cities a partner's criteria reach.

- `queries`: criteria and choices as the parameters of an address.
- `schemas`: views of cities and sums.
- `partners`: the routes.
"""
