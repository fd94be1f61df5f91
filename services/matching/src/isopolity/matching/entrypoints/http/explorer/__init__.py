"""The explorer over HTTP: the cities that a partner's criteria reach.

- `queries`: criteria and choices as query parameters.
- `schemas`: views of cities and sums.
- `partners`: the routes.
"""
