"""The life of a partnership.

- `agreement`: both sides said yes, and their partnership begins.
- `visibility`: whether a partnership is shown publicly, as its sides choose.
"""
