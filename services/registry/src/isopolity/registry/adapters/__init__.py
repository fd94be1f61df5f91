"""Adapters of registry.

- `sql/`: repositories, directories and tables.
- `encryption`: encrypts texts with registry's keys, and reseals secrets of apps with the first one.
- `openid_connect`: sign-ins at the issuer of the office's organisation.
- `authenticators`: checks codes of apps, and answers of devices with passkeys.
"""
