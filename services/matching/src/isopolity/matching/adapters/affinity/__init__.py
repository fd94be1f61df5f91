"""The port `Affinity`, implemented by a learned model, which finds a network's members among its places.

- `model_choice`: the model of a network: the one of the release, one of its own, or none.
- `gazetteer`: a member as a place of history, or as a new place.
- `learned`: the port itself: a model in a network whose twinnings are known, and members' places with their features.
"""
