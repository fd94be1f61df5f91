"""The gazetteer: places of the world by their names, from `places.txt.xz` (ADR 0047).

- `places`: the lines of the file, and the names of the places of a country.
"""
