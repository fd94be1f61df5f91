"""Kernels that choose the edges of a round: maximum-weight b-matching with a dual that bounds it (ADR 0021).

- `round_solver`: the solver: presolve, then quick or exact mode.
- `adjacency`: a problem's edges by node, the heaviest first.
- `half_integral`: the linear programme: its optimum and dual, from the four modules below.
- `search_arrays`: slots of nodes and a binary heap, which all searches for walks share.
- `fractional_matching`: a matching with whole edges and odd cycles of half edges.
- `auction`: a first matching and dual for large or bipartite problems.
- `shortest_walks`: searches for alternating walks until the linear programme is optimal.
- `local_search`: quick mode: rounds half cycles, then improves the round.
- `exchange`: one exchange along an alternating walk.
- `blossom_graph`: exact mode: the graph in which blossoms are shrunk to nodes.
- `alternating_trees`: trees in that graph that grow under one clock.
- `blossoms`: blossoms made, expanded and led through by augmenting walks.
- `primal_dual`: Edmonds' search, which removes all deficiencies.
- `minimum_loads`: two sides with minimum loads, by a linear programme that is whole.
- `odd_sets`: the dual values of blossoms as cuts of the certificate.
- `ruled/`: problems with rules on groups (ADR 0056), by the solver of those without.

Invariant: one thread, integers only, bounded by work; the problem and its seed alone decide the result.
"""
