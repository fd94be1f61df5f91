"""Settings of matching as staff meets them.

- `network`: those that staff chooses.
- `shown`: those of the operator that staff may see.
"""
