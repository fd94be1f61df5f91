"""The learned affinity of two places: how likely such places become twins. It knows places and links, and no members.

- `history_tables`: cities, countries, twinnings and pairs to score, read from CSV files.
- `places`: cities as arrays, complete; places can join at their end.
- `links`: known twinnings between places, alone and with their places (`History`).
- `circles`: the places near each place, or like it, by seven kinds of distance.
- `place_features`: arrays of places for compiled loops.
- `link_features`: arrays of known links for compiled loops.
- `features`: the features of a pair of places.
- `examples`: pairs to train on: hidden links, and strangers.
- `training`: from links to a model; the only part that needs LightGBM.
- `forest`: trees as arrays, and their evaluation.
- `model`: three forests, and how they score pairs.
- `model_file`: the model as a file.
"""
