"""Idempotency keys: what is sent again with the same key has its effect once, and the same response.

- `keys`: keys with their responses, in the transaction of the effect.
- `post`: POST with an Idempotency-Key.
"""
