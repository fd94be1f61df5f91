"""The choice whose least sum is the greatest: each taker gets as much as the one that gets least can get (ADR 0060).

Takers are one side of a problem of two sides, givers the other; a taker's sum is that of its chosen weights.

- `choice_state`: a problem and a choice as arrays that the kernels change.
- `exchanges`: kernels that raise the least sum, and then the value, by exchanges.
- `small_choices`: the best choice of a small problem, by an integer programme.
- `least_bound`: proved bounds of the least sum: of each taker alone, and by multipliers of all.
- `most_even`: all of these, one after the other.

Invariant: integers decide; the problem alone decides the result, and work is bounded.
"""
