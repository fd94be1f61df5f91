"""The services, wired together in this process, with one broker, a database each and the mail box, under one port.

Invariant: visitors of the demo network act as a person of it, with that person's rights.
"""

import os
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, cast

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from isopolity.client.registry.models import SessionReceipt
from isopolity.command.data_folder import NetworkKeys, ensure_link_keys
from isopolity.command.hosting.stores import Stores
from isopolity.command.pages import guards, mailbox
from isopolity.command.pages.guards import Key
from isopolity.configuration.secret_files import given_secret
from isopolity.contracts.catalogue import TOPICS
from isopolity.contracts.codes import CITY_KINDS
from isopolity.identity.network_keys import COMMAND, NOTIFY, public_key
from isopolity.machine.clock import system_clock
from isopolity.machine.maildir import MailBox
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.settings import NotifySettings
from isopolity.portal.bootstrap import open_portal
from isopolity.portal.settings import PortalSettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints.demonstration import OPERATOR, STAFF, begin_demonstration
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.connections import open_broker, open_tokens
from isopolity.runtime.service import Service, Task


class PathRouter:
    """Passes a request, unchanged, to the service in the first word of its path; any other request to the portal."""

    def __init__(self, places: Mapping[str, ASGIApp], portal: ASGIApp) -> None:
        self._places = places
        self._portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return  # lifespan events: the server is configured to send none
        prefix = scope["path"].lstrip("/").partition("/")[0]
        await self._places.get(prefix, self._portal)(scope, receive, send)


BehindProxy: Final = cast("Callable[[ASGIApp], ASGIApp]", partial(ProxyHeadersMiddleware, trusted_hosts="*"))
"""Takes a request as the one of the address that its header `X-Forwarded-For` names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """All services of this process; `app` serves them under one port."""

    services: Mapping[str, Service]
    stores: Stores
    app: PathRouter

    @property
    def tasks(self) -> Mapping[str, Task]:
        """The long-running tasks of all services, by names such as `registry relay`."""
        return {
            f"{service.name} {name}": task for service in self.services.values() for name, task in service.tasks.items()
        }


@asynccontextmanager
async def open_network(
    data: Path, url: str, keys: NetworkKeys, *, mail_box_key: str, demo: bool, start: datetime | None = None
) -> AsyncIterator[Network]:
    """Open the network that lives in `data` and answers at `url`; its mail box opens by `mail_box_key`.

    With the demo network proposals go out by themselves, staff needs no app, and no mail leaves the machine whatever
    the settings say. What came before `start` is its history, and not in the mail box.
    """
    shared, mail, links = shared_settings(data, url, keys), dict[str, object](), dict[str, object]()
    policy: dict[str, object] = {}
    if demo:
        mail = {"smtp_host": None, "mail_catcher": None, "mail_concurrency": 32}
        policy = {} if "ISOPOLITY_SENDING_POLICY" in os.environ else {"sending_policy": "automatic"}
    if not given_secret("ISOPOLITY_LINK_KEYS"):
        links = {"link_keys": ",".join(ensure_link_keys(data))}
    access = {"staff_second_factor": False} if demo else {}
    registry_settings = RegistrySettings.model_validate({**shared, **access, "registry_database_url": None})
    matching_settings = MatchingSettings.model_validate({**shared, **policy, "matching_database_url": None})
    portal_settings = PortalSettings.model_validate({**shared, "portal_database_url": None})
    notify_settings = NotifySettings.model_validate({**shared, **mail, **links, "notify_database_url": None})
    opened = partial(httpx.AsyncClient, base_url=url)
    async with open_broker(registry_settings) as broker, open_tokens(registry_settings, system_clock) as tokens:
        await broker.ensure_topics(TOPICS)
        async with (
            open_registry(registry_settings, broker=broker, tokens=tokens) as registry,
            open_matching(matching_settings, broker=broker, tokens=tokens) as matching,
            opened(transport=httpx.ASGITransport(registry.app)) as inside,
            open_notify(notify_settings, broker=broker, http_client=inside, tokens=tokens) as notify,
        ):
            services = {service.name: service for service in (registry, matching, notify)}
            apis: dict[str, ASGIApp] = {name: service.app for name, service in services.items()}
            vitals = {name: service.vitals for name, service in services.items()}
            stores = Stores(vitals=vitals, mail_box=MailBox(notify_settings.mailbox), start=start)
            key = Key(mail_box_key)
            beside = mailbox.routes(stores.mail_box, stores.mail_facts, [*Purpose], key)
            if demo:
                beside += guards.routes(partial(visit, registry, stores), key)
            # as a server behind a proxy, so that the services' limits count the portal's visitors, each by its address
            behind = BehindProxy(PathRouter(apis, apis[registry.name]))
            open_pages = partial(open_portal, portal_settings, is_local=True, is_demo=demo, beside=beside)
            async with (
                opened(transport=httpx.ASGITransport(behind)) as asker,
                open_pages(broker=broker, http_client=asker, tokens=tokens) as portal,
            ):
                app = PathRouter({**apis, portal.name: portal.app}, portal.app)
                yield Network(services={**services, portal.name: portal}, stores=stores, app=app)


def shared_settings(data: Path, url: str, keys: NetworkKeys) -> Mapping[str, object]:
    """Settings of all services. The key of notify is made at each start, since only this process needs it."""
    own = secrets.token_urlsafe(48)
    known = (public_key(keys.command, COMMAND), public_key(own, NOTIFY))
    return {
        "data": data,
        "public_url": url,
        "broker": "embedded",
        "registry_keys": ",".join(keys.registry),
        "notify_key": own,
        "public_keys": ",".join(key.text for key in known),
        "token_keys": ",".join(keys.earlier),
    }


_KINDS: Final = {"coordinator": tuple(CITY_KINDS), "foundation": ("foundation",)}
"""The kinds of members as whose contact a visitor looks around, by role."""


async def visit(registry: Service, stores: Stores, role: str) -> SessionReceipt | None:
    """A session in this role, for a contact of a member with much to answer; None if the network has no such person."""
    kinds = _KINDS.get(role)
    contact_id = None if kinds is None else await stores.busiest_contact(kinds)
    if kinds is not None and contact_id is None:
        return None
    try:
        office = OPERATOR if role == "operator" else STAFF
        return SessionReceipt.model_validate(await begin_demonstration(registry.app, contact_id, office))
    except NotFound:  # the contact was deleted meanwhile
        return None
