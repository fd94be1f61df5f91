"""The desk of a partner: its programmes, and the cities that it could support.

- `own_programmes`: the list of programmes, and their change.
- `programme_form`: a programme as a form, and how many cities and requests fit it.
- `status_change`: a programme is opened, closed or withdrawn.
- `explorer`: the cities that a programme's criteria reach, as list, charts and map.
- `selections`: selections saved under names, and as files.
- `shortlist`: cities that the partner looks at, with notes; what it did, with its days.
- `budget`: whom a programme's budget would support best.
"""

from typing import Final

from isopolity.portal.entrypoints.http.programmes import (
    budget,
    explorer,
    own_programmes,
    programme_form,
    selections,
    shortlist,
    status_change,
)

MODULES: Final = (own_programmes, programme_form, status_change, selections, explorer, budget, shortlist)
"""The modules whose routes are pages."""
