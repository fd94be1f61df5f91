"""Every city as numbers, from which compiled kernels value all pairs before the full score decides (ADR 0016).

- `sketch`: some sixty numbers a city, for what counts beyond needs, offers and languages.
- `slots`: needs and offers as numbers, and tables of what they are worth.
- `numbers`: the arrays of the kernels: needs, offers, languages, rules, and the sketches.
"""
