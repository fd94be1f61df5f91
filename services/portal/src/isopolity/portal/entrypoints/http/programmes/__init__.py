"""The desk of a partner: its programmes, and the cities that it could support.

- `admission`: who acts for a partner sees a page, and others are led on.
- `own_programmes`: a partner's programmes as registry has them, and their change.
- `overview`: the list of programmes; opening and closing one.
- `counting`: how many cities and requests fit criteria.
- `editing`: a programme as a form.
- `exploring`: the cities that a programme's criteria reach, as list, charts and map.
- `budget`: whom a programme's budget would support best.
"""

from typing import Final

from isopolity.portal.entrypoints.http.programmes import budget, editing, exploring, overview

MODULES: Final = (overview, editing, exploring, budget)
"""The modules whose routes are pages."""
