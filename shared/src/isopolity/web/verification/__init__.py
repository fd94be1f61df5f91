"""Verification: checks the signature of a bearer token, and which rights its signer may give.

- `published_keys`: public keys that are fetched from their publisher.
- `network_tokens`: tokens of the network's own keys, by what the holder of each may sign.
- `issuer_tokens`: tokens of an OpenID Connect issuer.
- `shared_secret_tokens`: tokens of the release before, while a network upgrades from it.
"""
