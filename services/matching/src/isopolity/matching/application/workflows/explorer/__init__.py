"""Exploring: which cities a partner's criteria reach.

- `criteria_reach`: that, for a partner's own eyes or staff's.
"""
