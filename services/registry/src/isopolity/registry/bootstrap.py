"""Composition root of registry: the only place that chooses the adapter of each port.

All input and output goes through `database` and `broker`, which tests can replace.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, Unpack

import httpx
from pydantic import JsonValue

from isopolity.contracts.codes import country_regions
from isopolity.identity.addresses import passkey_site
from isopolity.identity.network_keys import REGISTRY
from isopolity.machine.clock import Clock
from isopolity.observability.canary import sound_for_ever
from isopolity.persistence.lease import lease
from isopolity.persistence.republication import Republishing
from isopolity.persistence.retention import Retention, chores
from isopolity.registry.adapters.authenticators import TotpAuthenticator, WebauthnPasskeys, app_secrets
from isopolity.registry.adapters.encryption import seal_anew
from isopolity.registry.adapters.openid_connect import OpenIdConnect
from isopolity.registry.adapters.sql import tables
from isopolity.registry.adapters.sql.directory.atlas import SqlAtlas
from isopolity.registry.adapters.sql.directory.lists import SqlContactDirectory, SqlDirectory, SqlMemberDirectory
from isopolity.registry.adapters.sql.directory.seeking_board import SqlSeekingBoard
from isopolity.registry.adapters.sql.imports.works import SqlImportProgress
from isopolity.registry.adapters.sql.retention import KINDS, forgetting
from isopolity.registry.adapters.sql.rows import APPLICATIONS, CHANGES, CITIES, PARTNERS, REQUESTS, TWINNINGS
from isopolity.registry.adapters.sql.unit_of_work import SqlRegistryUnitOfWork
from isopolity.registry.application.access.ports import PasskeyReader, StaffIssuer
from isopolity.registry.application.limits import ALL_APPLICATIONS, ALL_GUESSES, ALL_SIGN_INS, day_of
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.domain.review import Reviewed
from isopolity.registry.entrypoints.due_tasks import ask_for_ever, make_due_for_ever
from isopolity.registry.entrypoints.http.app import BODY_LIMITS, DESCRIPTION, LISTED_SETTINGS, ROUTERS, install
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.registry.entrypoints.imports.import_runner import ImportRunner
from isopolity.registry.entrypoints.imports.preparation import Preparation
from isopolity.registry.republish import SOURCES
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.service import Foundation, Overrides, Service, open_foundation
from isopolity.web.issuer_tokens import SharedSecretTokens
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.operations.vitals import Counts
from isopolity.web.tokens import TokenIssuer, TokenVerifier

NAME = "registry"
IMPORT_LEASE: Final = "isopolity.registry.import"
BACK_FROM_ISSUER: Final = "/sign-in/office/back"
"""The page of the portal to which an issuer sends staff back."""


@asynccontextmanager
async def open_registry(
    settings: RegistrySettings,
    *,
    tokens: TokenVerifier | None = None,
    issuer_transport: httpx.AsyncBaseTransport | None = None,
    **overrides: Unpack[Overrides],
) -> AsyncIterator[Service]:
    """The service, wired but not running; parts that are not passed are opened from the settings."""
    async with open_foundation(settings, NAME, tables.messaging, settings.database_url, **overrides) as foundation:
        context = registry_context(foundation, settings, issuer_transport)
        due = chores(KINDS, settings, forgetting(foundation.storage))
        retention = Retention(storage=foundation.storage, service=NAME, chores=due)
        states = Republishing(
            unit_of_work=lambda: SqlRegistryUnitOfWork(foundation.storage, settings.longest_token),
            restorations=foundation.tables.restorations,
            sources=SOURCES,
        )
        service = foundation.service(
            tokens=tokens,
            title="Isopolity registry",
            description=DESCRIPTION,
            routers=ROUTERS,
            listed_settings=LISTED_SETTINGS,
            states=states,
            body_limits=BODY_LIMITS,
            counts=_counts(context),
            tasks={
                "canary": lambda: sound_for_ever(foundation.storage, foundation.ids, settings.canary_seconds),
                "contact-changes": lambda: make_due_for_ever(context.unit_of_work, context.surroundings),
                "retention": retention.run,
                "sealing": partial(seal_anew, foundation.database, app_secrets(settings.sealing_keys)),
                "asking": lambda: ask_for_ever(context),
                "imports": context.imports.run,
            },
        )
        install(service.app, context)
        yield service


def registry_context(
    foundation: Foundation, settings: RegistrySettings, issuer_transport: httpx.AsyncBaseTransport | None = None
) -> RegistryContext:
    """The context of registry's routers, with its ports on the database."""
    database = foundation.database
    clock = foundation.clock
    unit_of_work = partial(SqlRegistryUnitOfWork, foundation.storage, foundation.settings.longest_token)
    reading = partial(unit_of_work, for_reading=True)
    surroundings = Surroundings(
        ids=foundation.ids,
        regions=country_regions(),
        clock=clock,
        limits=settings.application_limits,
        sign_in_rules=settings.sign_in_rules,
        reviewed=Reviewed(
            programmes=settings.review_programmes, words=settings.review_words, requests=settings.review_requests
        ),
    )
    return RegistryContext(
        unit_of_work=unit_of_work,
        reading=reading,
        surroundings=surroundings,
        imports=ImportRunner(
            unit_of_work=unit_of_work,
            reading=reading,
            lease=lambda: lease(database, IMPORT_LEASE),
            preparation=Preparation(unit_of_work=unit_of_work, reading=reading, surroundings=surroundings),
            progress=SqlImportProgress(database),
        ),
        cities=SqlMemberDirectory(database, CITIES),
        partners=SqlMemberDirectory(database, PARTNERS),
        requests=SqlDirectory(database, REQUESTS),
        twinnings=SqlDirectory(database, TWINNINGS),
        contacts=SqlContactDirectory(database),
        atlas=SqlAtlas(database),
        seeking=SqlSeekingBoard(database),
        applications=SqlDirectory(database, APPLICATIONS),
        changes=SqlDirectory(database, CHANGES),
        authenticator=TotpAuthenticator(settings.sealing_keys),
        staff_issuer=_staff_issuer(settings, clock, issuer_transport),
        passkeys=_passkeys(settings.public_url),
        public_url=settings.public_url.rstrip("/"),
        issuer=_issuer(foundation, settings),
        public_keys=settings.own_keys,
    )


def _issuer(foundation: Foundation, settings: RegistrySettings) -> TokenIssuer | None:
    """The issuer of access tokens: with registry's keys, else with the keys of the previous release."""
    clock, longest, ids = foundation.clock, settings.longest_token, foundation.ids
    if settings.ring:
        return LocalTokens(settings.ring, clock, longest, ids, REGISTRY)
    return SharedSecretTokens(settings.earlier_keys, clock, longest, ids) if settings.earlier_keys else None


def _passkeys(public_url: str) -> PasskeyReader | None:
    site = passkey_site(public_url)
    return None if site is None else WebauthnPasskeys(site)


def _staff_issuer(
    settings: RegistrySettings, clock: Clock, transport: httpx.AsyncBaseTransport | None
) -> StaffIssuer | None:
    if settings.staff_issuer is None or settings.staff_client_id is None or not settings.sealing_keys:
        return None
    secret = settings.staff_client_secret
    return OpenIdConnect(
        settings.staff_issuer,
        settings.staff_client_id,
        None if secret is None else secret.get_secret_value(),
        f"{settings.public_url.rstrip('/')}{BACK_FROM_ISSUER}",
        keys=settings.sealing_keys,
        clock=clock,
        transport=transport,
    )


def _counts(context: RegistryContext) -> Counts:
    async def counts() -> dict[str, JsonValue]:
        return {
            "cities": dict(await context.cities.counts()),
            "partners": dict(await context.partners.counts()),
            "requests": dict(await context.requests.counts()),
            "twinnings": dict(await context.twinnings.counts()),
            "applications": dict(await context.applications.counts()),
            "changes": dict(await context.changes.counts()),
            **await _strangers(context),
        }

    return counts


async def _strangers(context: RegistryContext) -> dict[str, JsonValue]:
    """Today's requests of strangers, as shares of their limits."""
    limits, rules = context.surroundings.limits, context.surroundings.sign_in_rules
    most = {
        "sign-ins": (ALL_SIGN_INS, rules.per_day),
        "codes": (ALL_GUESSES, rules.guesses_per_day),
        "applications": (ALL_APPLICATIONS, limits.in_all),
    }
    day = day_of(context.surroundings.clock())
    async with context.reading() as uow:
        counted = {what: await uow.counters.counted(subject, day) for what, (subject, _) in most.items()}
    return {f"strangers_share_{what}": counted[what] / most[what][1] for what in most}
