"""What staff chooses for the network.

- `capacity_defaults`: what a new member has room for where it says nothing.
"""
