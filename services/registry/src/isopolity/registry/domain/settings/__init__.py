"""Settings that staff chooses for the network.

- `capacity_defaults`: default capacities of new members and programmes.
"""
