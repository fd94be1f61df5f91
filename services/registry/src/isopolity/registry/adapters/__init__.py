"""Adapters of registry.

- `sql/`: repositories, directories and tables.
- `encryption`: texts that only this network reads.
- `openid_connect`: the issuer of the office's organisation, where staff may sign in.
- `webauthn_passkeys`: answers of devices with passkeys.
- `totp_authenticator`: codes of the apps of staff and operators.
- `sealed_secrets`: secrets of apps, sealed anew with registry's first key.
"""
