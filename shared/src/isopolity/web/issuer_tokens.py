"""Tokens of an OpenID Connect issuer, verified with the keys that it publishes.

Invariant: a key that the issuer no longer publishes is trusted for `FRESH` at most while the issuer answers, and for
`STALE` while it does not.
"""

from asyncio import Lock
from datetime import datetime, timedelta
from typing import Final

import httpx
import jwt
import structlog

from isopolity.clock import Clock, system_clock
from isopolity.web.tokens import LONGEST_LIFE, Principal, TokenRefused, readable, verified

FRESH: Final = timedelta(minutes=15)
"""How long the issuer's keys are used before they are fetched again."""
STALE: Final = timedelta(hours=1)
"""How long they are used while the issuer does not answer."""
_ALGORITHMS: Final = ["RS256", "ES256", "EdDSA"]
_MALFORMED: Final = (LookupError, ValueError, TypeError, AttributeError)
"""Errors that reading a document raises where it has not the form that it should have."""
_log = structlog.get_logger(__name__)
_AWAY: Final = "The issuer's keys cannot be fetched now; try again, or check the issuer."


class OidcTokens:
    """Tokens of one issuer; its keys are fetched when they are old, and when a token names one that is not known.

    They are fetched once in `patience` at most, so that forged tokens do not make us flood the issuer.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        client: httpx.AsyncClient,
        jwks_url: str | None = None,
        *,
        clock: Clock = system_clock,
        patience: timedelta = timedelta(seconds=30),
        longest: timedelta = LONGEST_LIFE,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._client = client
        self._jwks_url = jwks_url
        self._clock = clock
        self._patience = patience
        self._longest = longest
        self._fetching = Lock()
        self._fetch_from = clock()
        self._fetched_at: datetime | None = None
        self._keys: dict[str, jwt.PyJWK] = {}

    async def verify(self, token: str) -> Principal:
        with readable(token):
            key_id = str(jwt.get_unverified_header(token).get("kid", ""))
        key = await self._key(key_id)
        try:
            return verified(
                token, key, _ALGORITHMS, audience=self._audience, issuer=self._issuer, longest=self._longest
            )
        except jwt.InvalidSignatureError:
            raise TokenRefused("The token's signature does not match the issuer's key; get a new token.") from None

    async def _key(self, key_id: str) -> jwt.PyJWK:
        if key_id not in self._keys or (self._age() > FRESH and not self._fetching.locked()):
            async with self._fetching:  # whoever needs an unknown key waits for it; others go on with what is known
                if (key_id not in self._keys or self._age() > FRESH) and self._clock() >= self._fetch_from:
                    self._fetch_from = self._clock() + self._patience
                    await self._fetch_keys()
        if self._age() > STALE:
            raise TokenRefused(_AWAY)
        if key_id not in self._keys:
            raise TokenRefused("The token is signed with a key that the issuer does not publish; get a new token.")
        return self._keys[key_id]

    def _age(self) -> timedelta:
        return timedelta.max if self._fetched_at is None else self._clock() - self._fetched_at

    async def _fetch_keys(self) -> None:
        """Take the issuer's keys in place of those known; while it does not answer they stay."""
        try:
            if self._jwks_url is None:
                discovery = await self._client.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                self._jwks_url = str(discovery.raise_for_status().json()["jwks_uri"])
            document = (await self._client.get(self._jwks_url)).raise_for_status().json()
            self._keys = {str(key.key_id): key for key in jwt.PyJWKSet.from_dict(document).keys}
            self._fetched_at = self._clock()
        except (httpx.HTTPError, httpx.InvalidURL, jwt.PyJWTError, *_MALFORMED) as error:
            _log.warning("issuer_keys_not_fetched", issuer=self._issuer, error=type(error).__name__)
