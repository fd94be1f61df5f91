"""The network at a glance, for everybody.

- `figures`: how many take part, and where they lie.
- `demand`: what cities look for beside who offers it.
- `keys`: the public keys that the network's tokens are verified with.
- `cache_lifetime`: for how long everybody may keep an answer.
"""
