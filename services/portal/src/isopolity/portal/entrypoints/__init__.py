"""All that comes in: requests of browsers.

- `http/`: the pages.
- `languages`: the language of a page, from its address or the browser.
- `reader_languages`: the language that is kept with a reader, and how a page offers the others.
- `loops`: what the portal does by itself.
"""
