"""registry's part of the HTTP application: its routers and their context, and the settings that staff may see."""

from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import FastAPI

from isopolity.persistence.idempotency_keys import KeyReused
from isopolity.registry.domain.errors import RegistryError
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.registry.entrypoints.http.replies import problem_of
from isopolity.registry.entrypoints.http.routers import (
    capacity_defaults,
    changes,
    cities,
    contact_changes,
    contacts,
    desk,
    handovers,
    imports,
    invitations,
    members,
    partners,
    prepared_imports,
    public,
    requests,
    topics,
    twinnings,
)
from isopolity.registry.entrypoints.http.routers.joining import (
    applications,
    confirmations,
    consultations,
    drafts,
    letters,
)
from isopolity.registry.entrypoints.http.routers.office import (
    contact_search,
    done_imports,
    look_alikes,
    mergers,
    notes,
    saved_lists,
)
from isopolity.registry.entrypoints.http.routers.people import passkeys, people, revocations, sessions, sign_ins
from isopolity.registry.entrypoints.imports.preparation import BODY_LIMIT
from isopolity.web.idempotent_posts import problem_of as problem_of_key
from isopolity.web.operations.settings import ListedSetting, Subject
from isopolity.web.problems import install_refusals

DESCRIPTION: Final = "Members of the network: who they are, what they need and what they offer."
ROUTERS: Final = tuple(  # `public` first, since other routes would read some of its paths as ids
    module.router
    for module in (
        *(public, topics, cities, partners, desk, requests, invitations, twinnings, confirmations, contacts),
        *(contact_changes, handovers, drafts, applications, letters, consultations, changes, members, look_alikes),
        *(contact_search, mergers, notes, saved_lists, imports, done_imports),
        *(prepared_imports, passkeys, sign_ins, sessions, people, capacity_defaults, revocations),
    )
)

BODY_LIMITS: Final = {imports.PATH: imports.BODY_LIMIT, prepared_imports.PATH: BODY_LIMIT}
"""Limits in bytes for bodies that may be larger than a profile, by path."""


def install(app: FastAPI, context: RegistryContext) -> None:
    """Put the context of registry's routers on `app`."""
    app.state.registry = context
    install_refusals(app, RegistryError, problem_of)
    install_refusals(app, KeyReused, problem_of_key)


_LISTED: Final[Mapping[Subject, Sequence[str]]] = {
    "deadlines": ("application_days", "claim_days"),
    "endorsement": ("review_programmes", "review_words", "review_requests"),
    "access": ("session_days", "staff_session_hours", "staff_second_factor"),
    "limits": (
        *("applications_per_client", "applications_per_address", "applications_per_day"),
        *("sign_ins_per_address", "sign_ins_per_day", "sign_in_guesses_per_day"),
    ),
    "retention": (
        *("known_browser_days", "decided_application_days", "withdrawn_member_days", "closed_request_days"),
        *("ended_twinning_days", "audit_days", "audit_address_days"),
    ),
}
LISTED_SETTINGS: Final[Mapping[str, ListedSetting]] = {
    name: ListedSetting(group) for group, names in _LISTED.items() for name in names
}
"""The settings of registry that staff may see."""
