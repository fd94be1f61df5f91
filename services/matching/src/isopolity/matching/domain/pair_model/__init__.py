"""The pair model: how much more or less readily a side says yes to a pair, learned from counts of answers by cell.

- `characteristics`: what a pair is described by, in levels; a cell is one level of each.
- `regression`: a logistic regression on counts, with a Gaussian prior and Laplace's approximation of its posterior.
- `pair_model`: the model of one kind and role, its bounded effect on a chance, and its coefficients.
"""
