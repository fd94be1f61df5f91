"""Adapters of registry; its only technology is the database.

- `sql/`: repositories, directories and tables.
"""
