"""Two entries of one member are merged, and that is undone.

- `record`: what is kept of a merger, so that it can be undone.
- `carried`: keeps that as a merger happens.
- `undone_merger`: tells whether a merger can be undone, and undoes it.
- `merger`: merges two entries.
"""
