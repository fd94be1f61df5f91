"""Routes for everybody.

- `figures`: numbers and positions of members and twinnings.
- `demand`: subjects with the cities that need and offer them.
- `keys`: the public keys that verify the network's tokens.
- `cache_lifetime`: how long caches may store an answer.
"""
