"""Rounds with members whose tastes are known to the benchmark alone: what learning gains, and whom it costs.

- `tastes`: how readily a member says yes to a pair, in three hidden ways.
- `policies`: what a round may know of earlier answers: nothing, who answers, a regression of three numbers, ours.
- `simulation`: rounds one after the other, with the answers that each is given.
- `learning`: the curve of agreements against exposure, and the point on it that is the default.
- `card`: the model card.
"""
