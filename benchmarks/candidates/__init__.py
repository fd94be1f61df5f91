"""The search for partners in large networks.

- `members`: members like those of the demo, as many as wanted.
- `candidates`: the first stage beside numpy and faiss, and whole rounds.
- `plain_products`: plain inner products, for comparison.
- `recall`: how many of the true best are found.
- `quality`: how far apart, in which languages and hours, and of which sizes a round's pairs are.
- `one_member`: one member changes, until its suggestions are written.
- `slots_and_ties`: the work of one event.
"""
