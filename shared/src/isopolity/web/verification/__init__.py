"""Verification: whose signature a bearer token bears, and what it counts for by that.

- `published_keys`: public keys that are fetched from whoever publishes them.
- `network_tokens`: tokens of the network's own keys, by what the holder of each may sign.
- `issuer_tokens`: tokens of an OpenID Connect issuer.
- `shared_secret_tokens`: tokens of the release before, while a network upgrades from it.
"""
