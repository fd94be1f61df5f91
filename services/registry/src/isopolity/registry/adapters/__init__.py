"""Adapters of registry.

- `sql/`: repositories, directories and tables.
- `totp_authenticator`: codes of the apps of staff and operators.
"""
