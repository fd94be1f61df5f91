"""Puts the portal together: opens what is not given."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final, Unpack

import httpx
from starlette.routing import Route

from isopolity.client.operations.models import StreamsReport
from isopolity.identity.actors import of_session
from isopolity.identity.addresses import passkey_site
from isopolity.persistence.database import is_unavailable
from isopolity.persistence.retention import Retention, chores
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.adapters.sql.desk import SqlDeskBook
from isopolity.portal.adapters.sql.kept_forms import SqlKeptForms
from isopolity.portal.adapters.sql.retention import KINDS, forgetting
from isopolity.portal.adapters.sql.sessions import SqlSessionStore
from isopolity.portal.adapters.sql.tables import messaging
from isopolity.portal.application.sessions import forget_ended
from isopolity.portal.entrypoints.http.app import BODY_LIMITS, install
from isopolity.portal.entrypoints.http.pages import Office, Surroundings
from isopolity.portal.entrypoints.loops import ForgettingLoop
from isopolity.portal.settings import PortalSettings
from isopolity.runtime.connections import open_client
from isopolity.runtime.service import Foundation, Overrides, Service, open_foundation
from isopolity.web.operations.stream_samples import samples_of
from isopolity.web.operations.streams import streams_report
from isopolity.web.revocations import RevocationReader
from isopolity.web.tokens import TokenVerifier

NAME: Final = "portal"
_PATIENCE: Final = 10.0
"""Seconds that a page waits for a service; then it says what cannot be shown."""
_FORGETTING: Final = 5.0
"""Seconds between two looks for sessions that have ended."""


@asynccontextmanager
async def open_portal(
    settings: PortalSettings,
    *,
    http_client: httpx.AsyncClient | None = None,
    is_local: bool = False,
    is_demo: bool = False,
    beside: Sequence[Route] = (),
    tokens: TokenVerifier | None = None,
    **overrides: Unpack[Overrides],
) -> AsyncIterator[Service]:
    """The portal, wired but not running; `http_client` reaches the services.

    Where it `is_local`, its pages lead to those for the person at this machine; a program that has such pages gives
    them as `beside`. Where it `is_demo`, each page says that it shows the demo network.
    """
    async with AsyncExitStack() as stack:
        if http_client is None:
            http_client = await stack.enter_async_context(open_client(_PATIENCE))
        opening = open_foundation(settings, NAME, messaging, settings.database_url, **overrides)
        foundation = await stack.enter_async_context(opening)
        due = chores(KINDS, settings, forgetting(foundation.storage))
        sessions, revocations = (
            SqlSessionStore(foundation.database, foundation.clock),
            RevocationReader(foundation.broker),
        )

        async def has_ended(session_id: str) -> bool:
            return await revocations.revoked_until(of_session(session_id)) is not None

        service = foundation.service(
            tokens=tokens,
            title="Isopolity portal",
            tasks={
                "retention": Retention(storage=foundation.storage, service=NAME, chores=due).run,
                "forgetting": ForgettingLoop(
                    forget=partial(forget_ended, sessions, has_ended), interval=_FORGETTING
                ).run,
            },
            revocations=revocations,
            body_limits=BODY_LIMITS,
            description="Pages for people. What they show comes from the services' APIs, which are documented there.",
        )
        addresses = {
            "registry": settings.registry_url or settings.public_url,
            "matching": settings.matching_url or settings.public_url,
            "notify": settings.notify_url or settings.public_url,
        }
        site = passkey_site(settings.public_url)
        office = Office(
            name=settings.office,
            email=settings.office_email,
            time_zone=settings.office_time_zone,
            is_local=is_local,
            is_demo=is_demo,
            is_secure=settings.public_url.lower().startswith("https:"),
            passkey_origin=None if site is None else site.origin,
            has_issuer=settings.staff_issuer is not None,
        )
        apis = ServiceApis(http_client, addresses)
        surroundings = Surroundings(
            apis=apis,
            sessions=sessions,
            kept_forms=SqlKeptForms(foundation.database),
            desk=SqlDeskBook(foundation.database),
            office=office,
            clock=foundation.clock,
            own_report=partial(_own_report, foundation),
        )
        install(service.app, surroundings, beside)
        yield service


async def _own_report(foundation: Foundation) -> StreamsReport | None:
    """The portal's own report in the form of the services' `/streams`; None while its database does not answer."""
    try:
        async with foundation.database.reading() as connection:
            samples = await samples_of(connection, messaging.samples)
    except Exception as error:
        if not is_unavailable(error):
            raise
        return None
    report = streams_report(NAME, foundation.clock(), samples, {})
    return StreamsReport.model_validate_json(report.model_dump_json())
