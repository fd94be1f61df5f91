"""Queries of `isopolity doctor` on registry's tables.

- `lookalikes`: accounts of several mail boxes that were one account, and accounts with no address of their own.
"""
