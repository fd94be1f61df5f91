"""Kernels that choose the edges of a round: maximum-weight b-matching with a dual that bounds it (ADR 0021).

- `round_solver`: the solver: presolve, then quick or exact mode.
- `search_arrays`: a problem's edges by node, slots of nodes and a binary heap, which all searches for walks share.
- `fractional_matching`: a matching with whole edges and odd cycles of half edges.
- `auction`: a first matching and dual for large or bipartite problems.
- `half_integral`: the linear programme: searches for alternating walks until it is optimal; its optimum and dual.
- `local_search`: quick mode: rounds half cycles, then improves the round.
- `exchange`: one exchange along an alternating walk.
- `blossom_graph`: exact mode: the graph in which blossoms are shrunk to nodes, and their dual values as cuts.
- `alternating_trees`: trees in that graph that grow under one clock.
- `blossoms`: blossoms made, expanded and led through by augmenting walks.
- `primal_dual`: Edmonds' search, which removes all deficiencies.
- `minimum_loads`: two sides with minimum loads, by a linear programme that is whole.
- `ruled/`: problems with rules on groups (ADR 0056), by the solver of those without.

Invariant: one thread, integers only, bounded by work; the problem and its seed alone decide the result.
"""
