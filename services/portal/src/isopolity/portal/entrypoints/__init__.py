"""All that comes in: requests of browsers.

- `http/`: the pages.
- `loops`: what the portal does by itself.
"""
