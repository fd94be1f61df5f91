"""Settings that staff has chosen, in SQL.

- `choices`: a row a choice.
"""
