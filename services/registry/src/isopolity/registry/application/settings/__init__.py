"""Staff chooses settings of the network.

- `ports`: where choices are kept.
- `choosing`: a choice replaces the last one.
"""
