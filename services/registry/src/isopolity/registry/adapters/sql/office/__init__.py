"""Requests about the office's list in registry's database; the people on it are in `access`.

- `office_requests`: requests of a keeper of the list that wait for a second keeper, and their table.
"""
