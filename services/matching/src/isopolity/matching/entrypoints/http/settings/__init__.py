"""Settings of matching as staff meets them.

- `shown`: those of the operator that staff may see.
"""
