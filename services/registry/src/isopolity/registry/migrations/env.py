"""Alembic runs this for each migration of registry; the connection comes from `isopolity.persistence.migrations`."""

from typing import Final

from isopolity.persistence.migrations import run_in_environment
from isopolity.registry.adapters.sql.access.office_requests import office_requests
from isopolity.registry.adapters.sql.access.passkeys import passkeys
from isopolity.registry.adapters.sql.access.sessions import known_browsers
from isopolity.registry.adapters.sql.contact_changes import contact_changes
from isopolity.registry.adapters.sql.desk import shortlist
from isopolity.registry.adapters.sql.imports.layouts import import_layouts
from isopolity.registry.adapters.sql.imports.works import import_works
from isopolity.registry.adapters.sql.invitations import invitations
from isopolity.registry.adapters.sql.joining import letters
from isopolity.registry.adapters.sql.prepared_imports import prepared_imports

_EACH_MODULE: Final = (
    *(known_browsers, shortlist, letters, office_requests, passkeys, prepared_imports, contact_changes),
    *(invitations, import_layouts, import_works),
)
"""A table of each module that adds to the metadata beside `tables`."""
run_in_environment(_EACH_MODULE[0].metadata)
