"""Registry's database for what belongs to prepared imports.

- `works`: work on them in the background, and how far it is.
- `layouts`: layouts of files that are remembered.
"""
