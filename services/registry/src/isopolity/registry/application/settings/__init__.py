"""Settings of the network that staff chooses.

- `ports`: the repository of choices.
- `choice`: stores a choice of default capacities.
"""
