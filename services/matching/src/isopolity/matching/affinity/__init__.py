"""The learned affinity of two places: the chance that such places become twins. It uses places and links, no members.

- `places`: cities as arrays without gaps; further places can be appended.
- `links`: known twinnings between places (`Links`), also with their places (`History`), and read from CSV files.
- `circles`: the places near or similar to each place, by seven kinds of distance.
- `place_features`: arrays of places for compiled loops.
- `link_features`: arrays of known links for compiled loops.
- `circle_links`: features of a pair from links between the circles of its two places.
- `region_links`: features from links between their countries, provinces and bands of population.
- `existing_links`: features from the partners that one has, compared with the other.
- `link_paths`: features from paths of links from one to the other.
- `pair_features`: all features in their order, those of the places alone, and the columns that each forest may use.
- `examples`: pairs to train on: hidden links, and strangers.
- `training`: makes a model from links; the only module that needs LightGBM.
- `forest`: trees as arrays, and their evaluation.
- `model`: three forests that score pairs, and the model as a file.

In each module of features, those in `PAIR` describe both places at once, those in `SIDE` one of them as seen from the
other.
"""
