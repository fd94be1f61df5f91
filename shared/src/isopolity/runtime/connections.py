"""Connections from settings: the broker and database of a service, and the verifier of its bearer tokens.

Invariant: a service without registry's secrets verifies tokens with public keys alone: those of its settings until it
has read the keys that registry publishes.
"""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
from sqlalchemy.engine import make_url

from isopolity.client.registry import keys as published_keys
from isopolity.configuration.settings import Settings
from isopolity.contracts.catalogue import TOPICS
from isopolity.identity.network_keys import PublicKey, read_published
from isopolity.machine.clock import Clock, system_clock
from isopolity.machine.stores import owned
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.generations import Generation
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSecurity, KafkaSettings
from isopolity.persistence.database import Database
from isopolity.web.issuer_tokens import OidcTokens, SharedSecretTokens
from isopolity.web.network_tokens import Keys, NetworkTokens, PublishedKeys, known_keys
from isopolity.web.tokens import ISSUER, TokensByIssuer, TokenVerifier

EMBEDDED_LOG: Final = "broker.db"
"""The file of the embedded broker in the data folder."""


@asynccontextmanager
async def open_broker(settings: Settings, clock: Clock = system_clock) -> AsyncIterator[MessageBroker]:
    """The broker that the settings name."""
    if settings.embedded:
        generation = topic_generation(settings)
        async with EmbeddedBroker.opened(
            settings.data / EMBEDDED_LOG, clock, generation=generation.number, partitions=generation.widths(TOPICS)
        ) as embedded:
            yield embedded
    else:
        yield _kafka(settings)


@asynccontextmanager
async def look_at_broker(settings: Settings) -> AsyncIterator[MessageBroker]:
    """The broker that the settings name, for reading only; another process may write. Raises BrokerUnavailable."""
    if settings.embedded:
        async with EmbeddedBroker.looking_on(settings.data / EMBEDDED_LOG) as embedded:
            yield embedded
    else:
        yield _kafka(settings)


def _kafka(settings: Settings) -> KafkaBroker:
    """Kafka as `ISOPOLITY_BROKER`, `ISOPOLITY_KAFKA_…` and `ISOPOLITY_TOPIC_…` describe it."""
    generation = topic_generation(settings)
    return kafka_in(settings, generation.number, generation.widths(TOPICS))


def kafka_in(settings: Settings, generation: int, partitions: Mapping[str, int] | None = None) -> KafkaBroker:
    """Kafka in a generation of topics; `partitions` names how many each topic must have, if that matters."""
    return KafkaBroker(
        KafkaSettings(
            bootstrap_servers=settings.broker,
            security=KafkaSecurity(),
            generation=generation,
            partitions=partitions or {},
        )
    )


def topic_generation(settings: Settings) -> Generation:
    """The generation of topics that the settings name."""
    return Generation(number=settings.topic_generation, partitions=settings.topic_partitions)


@asynccontextmanager
async def open_database(settings: Settings, url: str, *, owner: bool = False) -> AsyncIterator[Database]:
    """The database at `url`, with the TLS that the settings ask for.

    A SQLite file has one `owner` at a time, the process that serves or migrates: leases and signals do not reach other
    processes. A process that only reads need not own it. Raises OwnedByAnother.
    """
    file = _file(url)
    with owned(file) if owner and file else nullcontext():
        database = Database.open(url, connect_args=_connect_args(settings, url))
        try:
            yield database
        finally:
            await database.close()


def _file(url: str) -> Path | None:
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _connect_args(settings: Settings, url: str) -> dict[str, Any]:
    if make_url(url).get_backend_name() == "sqlite":
        return {}
    patience = {"timeout": 10, "command_timeout": 60}
    if settings.database_ssl == "prefer":  # the driver's default, unless the URL says otherwise
        return patience
    if settings.database_ssl == "disable":
        return {**patience, "ssl": False}
    context = ssl.create_default_context(cafile=settings.database_ssl_cafile)
    if settings.database_ssl == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return {**patience, "ssl": context}


@cache
def _authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def open_client(patience: float) -> httpx.AsyncClient:
    """A client for other services and issuers; `patience` in seconds.

    All clients of a process share the certificates of authorities, which take some time to read.
    """
    return httpx.AsyncClient(timeout=patience, verify=_authorities())


_STALE: Final = timedelta(days=1)
"""How long registry's keys are used while it does not answer."""
PAUSE: Final = timedelta(seconds=1)
"""Shortest time between two requests to registry for unknown keys: invented ids of keys delay the first token of a new
key by no more.
"""
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_tokens(settings: Settings, clock: Clock) -> AsyncIterator[TokenVerifier]:
    """The verifier of the network's own tokens and, if an OpenID Connect issuer is set, of its tokens."""
    async with open_client(10) as client:
        own = network_tokens(settings, clock, _published(settings, client))
        if not settings.oidc_issuer:
            yield own
            return
        issued = OidcTokens(
            settings.oidc_issuer,
            settings.oidc_audience,
            client,
            settings.oidc_jwks_url,
            clock=clock,
            longest=settings.longest_token,
        )
        yield TokensByIssuer({ISSUER: own, settings.oidc_issuer: issued})


def network_tokens(settings: Settings, clock: Clock, keys: Keys) -> TokenVerifier:
    """The verifier of tokens that `keys` signed, and of those of the release before if its secrets are set."""
    earlier = None
    if settings.earlier_keys:
        _log.warning("shared_token_keys", problem="each service that has ISOPOLITY_TOKEN_KEYS can sign any token")
        earlier = SharedSecretTokens(settings.earlier_keys, clock, settings.longest_token)
    return NetworkTokens(keys, settings.longest_token, earlier)


def _published(settings: Settings, client: httpx.AsyncClient) -> Keys:
    own = settings.own_keys
    if own is not None:
        return known_keys(own)
    call = published_keys.list()
    address = f"{(settings.registry_url or settings.public_url).rstrip('/')}{call.path}"

    async def fetch() -> Mapping[str, PublicKey]:
        answer = (await client.get(address)).raise_for_status()
        return read_published(call.read(answer.content).keys)

    given = {key.key_id: key for key in settings.given_keys}
    return PublishedKeys(fetch, "registry", given=given, clock=system_clock, patience=PAUSE, stale=_STALE)
