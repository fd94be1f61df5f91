"""Days and time zones, where their readers are.

- `zones`: time zones by their names, and the places that they are named for.
- `ends`: the end of a day in a zone, and a moment in words that name the zone.
"""
