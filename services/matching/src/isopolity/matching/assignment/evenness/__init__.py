"""The choice with the greatest least sum: the taker that gets least gets as much as possible (ADR 0060).

Takers are one side of a problem of two sides, givers the other; a taker's sum is that of its chosen weights.

- `choice_state`: a problem and a choice as arrays that the kernels change.
- `exchanges`: kernels that raise the least sum, and then the value, by exchanges.
- `most_even`: the search: the exchanges, the best choice of a small problem, and proved bounds of the least sum.

Invariant: decisions use integers only; the problem alone determines the result, and the work is bounded.
"""
