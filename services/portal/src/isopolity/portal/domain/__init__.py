"""What the portal decides by itself.

- `selection`: what people choose in a list, and its address.
"""
