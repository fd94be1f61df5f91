"""Staff chooses settings of the network.

- `ports`: where choices are kept.
- `choice`: a choice replaces the last one.
"""
