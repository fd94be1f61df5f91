"""All that comes in: requests of browsers.

- `http/`: the pages.
- `languages`: the language of a page, from its address or the browser.
- `loops`: what the portal does by itself.
"""
