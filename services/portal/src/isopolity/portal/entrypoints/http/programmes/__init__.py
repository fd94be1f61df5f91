"""The desk of a partner: its programmes, and the cities that it could support.

- `admission`: who acts for a partner sees a page, and others are led on.
- `own_programmes`: a partner's programmes as registry has them, and their change.
- `overview`: the list of programmes.
- `status_change`: a programme is opened, closed or withdrawn.
- `counter`: how many cities and requests fit criteria.
- `programme_form`: a programme as a form.
- `explorer`: the cities that a programme's criteria reach, as list, charts and map.
- `selections`: selections saved under names, and as files.
- `shortlist`: cities that the partner looks at, with notes.
- `pipeline`: what the partner did, with its days.
- `budget`: whom a programme's budget would support best.
"""

from typing import Final

from isopolity.portal.entrypoints.http.programmes import (
    budget,
    explorer,
    overview,
    pipeline,
    programme_form,
    selections,
    shortlist,
    status_change,
)

MODULES: Final = (overview, programme_form, status_change, selections, explorer, budget, shortlist, pipeline)
"""The modules whose routes are pages."""
