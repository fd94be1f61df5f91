"""Adapters of registry; its only technology is the database.

| module | what it does |
|---|---|
| `sql/` | repositories, directories and tables |
"""
