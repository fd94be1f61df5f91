"""Passkeys in registry's database.

- `passkey_tables`: passkeys, and challenges that wait for their answer.
- `sql_passkeys`: the PasskeyRepository.
"""
