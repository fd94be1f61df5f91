"""Maps: where cities lie, in the units of a picture.

In the order in which data passes:
- `projection`: degrees to units of the whole map, by Equal Earth.
- `windows`: the part of the map that a picture shows.
- `groups`: cities that lie near each other are put together.
- `ties`: arcs between what is drawn.
- `names`: which names fit beside their dots.
- `pictures`: a picture of cities, and one of a city with its twins.
"""
