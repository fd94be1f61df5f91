"""Events on the console: what is on the log, as far as an operator may see it.

- `asked`: what the address of a list asks for.
- `answers`: what the services answer, put together in the order of time.
- `pages`: events browsed, searched and followed, and one event in its contract's words.
"""

from typing import Final

from isopolity.portal.entrypoints.http.operations.events import pages

MODULES: Final = (pages,)
"""The modules whose routes are pages."""
