"""The pages that ask for no sign-in, in the order in which somebody meets them.

- `home`: the first page; imprint, privacy, accessibility, the way to the API.
- `legal_acts`: the binding legal acts that keep members apart.
- `parts`: the parts of the look with their states.
- `directory`: cities, partners and requests, by what people choose; needs beside offers, requests beside programmes.
- `lists`: the services' lists, asked for by what people choose.
- `tables`: lists as files for spreadsheets.
- `profiles`: a page for each city, partner, programme and request.
- `application_steps`: an application step by step, from a city or a partner, behind a mailed link.
- `mailed_links`: what else a mailed link opens: a handover, a contact, a change of one, a consultation.
"""

from typing import Final

from isopolity.portal.entrypoints.http.public import (
    application_steps,
    directory,
    home,
    legal_acts,
    mailed_links,
    parts,
    profiles,
)

MODULES: Final = (home, legal_acts, parts, directory, profiles, application_steps, mailed_links)
"""The modules whose routes are pages."""
