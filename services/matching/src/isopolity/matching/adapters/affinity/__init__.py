"""The port `Affinity` by a learned model: members of a network are found among the places of the model's history.

- `model_choice`: the model that a network uses: that of the release, one of its own, or none.
- `gazetteer`: a member as a place of history, or as a new place.
- `member_places`: members' places with their features, worked out at the first question and then kept.
- `learned`: the port: a model in a network whose twinnings are known.
"""
