"""All that comes in: requests of browsers.

- `http/`: the pages.
"""
