"""registry's part of the HTTP application: its routers and their context."""

from typing import Final

from fastapi import FastAPI

from isopolity.idempotency.keys import KeyReused
from isopolity.idempotency.post import problem_of as problem_of_key
from isopolity.registry.domain.errors import RegistryError
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.registry.entrypoints.http.problems import problem_of
from isopolity.registry.entrypoints.http.routers import (
    capacity_defaults,
    changes,
    cities,
    contacts,
    exports,
    handovers,
    imports,
    members,
    partners,
    people,
    prepared_imports,
    requests,
    revocations,
    sessions,
    sign_ins,
    twinnings,
)
from isopolity.registry.entrypoints.http.routers.desk import selections, shortlists
from isopolity.registry.entrypoints.http.routers.joining import (
    applications,
    confirmations,
    confirmed_contacts,
    consultations,
    drafts,
    letters,
)
from isopolity.registry.entrypoints.http.routers.passkeys import enrolment, own_passkeys, with_passkeys
from isopolity.registry.entrypoints.http.routers.public import demand, figures, keys
from isopolity.registry.entrypoints.http.routers.replacement import contact_changes
from isopolity.registry.entrypoints.imports.prepared.preparation import BODY_LIMIT
from isopolity.web.problems import install_refusals

DESCRIPTION: Final = "Members of the network: who they are, what they need and what they offer."
ROUTERS: Final = tuple(  # figures first, since other routes would read some of its paths as ids
    module.router
    for module in (
        figures,
        demand,
        keys,
        cities,
        partners,
        shortlists,
        selections,
        requests,
        twinnings,
        confirmed_contacts,
        contacts,
        contact_changes,
        handovers,
        drafts,
        applications,
        letters,
        consultations,
        confirmations,
        changes,
        members,
        imports,
        prepared_imports,
        exports,
        with_passkeys,
        sign_ins,
        enrolment,
        sessions,
        own_passkeys,
        people,
        capacity_defaults,
        revocations,
    )
)

BODY_LIMITS: Final = {imports.PATH: imports.BODY_LIMIT, prepared_imports.PATH: BODY_LIMIT}
"""Limits in bytes for bodies that may be larger than a profile, by path."""


def install(app: FastAPI, context: RegistryContext) -> None:
    """Put the context of registry's routers on `app`."""
    app.state.registry = context
    install_refusals(app, RegistryError, problem_of)
    install_refusals(app, KeyReused, problem_of_key)
