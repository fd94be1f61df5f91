"""What the portal decides by itself.

- `selection`: what people choose in a list, and its address.
- `world_map`: where a place lies on the maps.
"""
