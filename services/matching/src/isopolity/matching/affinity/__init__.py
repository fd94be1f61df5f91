"""The learned affinity of two places: the chance that such places become twins. It uses places and links, no members.

- `history_tables`: cities, countries, twinnings and pairs to score, read from CSV files.
- `places`: cities as arrays without gaps; further places can be appended.
- `links`: known twinnings between places (`Links`), also with their places (`History`).
- `circles`: the places near or similar to each place, by seven kinds of distance.
- `place_features`: arrays of places for compiled loops.
- `link_features`: arrays of known links for compiled loops.
- `features`: the features of a pair of places.
- `examples`: pairs to train on: hidden links, and strangers.
- `training`: makes a model from links; the only module that needs LightGBM.
- `forest`: trees as arrays, and their evaluation.
- `model`: three forests that score pairs.
- `model_file`: the model as a file.
"""
