"""Adapters of registry.

- `sql/`: repositories, directories and tables.
- `encryption`: encrypts texts with registry's keys.
- `openid_connect`: sign-ins at the issuer of the office's organisation.
- `webauthn_passkeys`: checks answers of devices with passkeys.
- `totp_authenticator`: checks codes of the apps of staff and operators.
- `sealed_secrets`: reseals secrets of apps with registry's first key.
"""
