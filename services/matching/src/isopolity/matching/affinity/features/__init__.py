"""The features of a pair of places. Each module has names, and a function that fills their columns.

- `content`: features of the two places alone.
- `circle_links`: links between the circles of the two.
- `region_links`: links between their countries, provinces and bands of population.
- `existing_links`: the partners that one has, compared with the other.
- `link_paths`: paths of links from one to the other.
- `pair_features`: all features in their order, and the columns that each forest may use.

Features in `PAIR` describe both places at once, features in `SIDE` one of them as seen from the other.
"""
