"""Events on the console: what is on the log, as far as an operator may see it.

- `asked`: what the address of a list asks for.
- `answers`: what the services answer, put together in the order of time.
- `lists`: browsing, searching and following.
- `one`: one event, in its contract's words beside the record.
- `contracts`: the types of events, as the catalogue knows them.
"""

from typing import Final

from isopolity.portal.entrypoints.http.operations.events import contracts, lists, one

MODULES: Final = (lists, one, contracts)
"""The modules whose routes are pages."""
