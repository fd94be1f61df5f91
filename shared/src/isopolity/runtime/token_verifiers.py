"""The verifier of bearer tokens that a service's settings name.

Invariant: a service that holds no secret of registry verifies with public keys alone: those of its settings until it
has read the keys that registry publishes.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

import httpx
import structlog

from isopolity.client.registry import keys as published_keys
from isopolity.configuration.settings import Settings
from isopolity.identity.network_keys import PublicKey, read_published
from isopolity.machine.clock import Clock, system_clock
from isopolity.web.tokens import ISSUER, TokensByIssuer, TokenVerifier
from isopolity.web.verification.issuer_tokens import OidcTokens
from isopolity.web.verification.network_tokens import Keys, NetworkTokens, known_keys
from isopolity.web.verification.published_keys import PublishedKeys
from isopolity.web.verification.shared_secret_tokens import SharedSecretTokens

_STALE: Final = timedelta(days=1)
"""How long registry's keys are used while it does not answer."""
PAUSE: Final = timedelta(seconds=1)
"""Shortest time between two requests to registry for unknown keys: a stranger who makes up ids of keys delays the first
token of a new key by no more.
"""
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_tokens(settings: Settings, clock: Clock) -> AsyncIterator[TokenVerifier]:
    """The network's own tokens and, where one is set, those of an OpenID Connect issuer."""
    async with httpx.AsyncClient(timeout=10) as client:
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
    """The verifier of tokens of `keys`, and of the release before where its secrets are set."""
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
