"""The first stage, compiled: values of all pairs of cities, and the best partners of each (ADR 0016).

- `compiled_first_stage`: the adapter of the port `FirstStage`, on several threads; one city against all others.
- `inputs`: the arrays for kernels, and the value of a pair.
- `met_needs`: what each city of a pair gets from the other.
- `many_cities`: many cities against all others, tile by tile, with the best of each selected.

Invariant: the value of a pair is the same to the last bit in a tile, in a row, and with the two cities swapped.
"""
