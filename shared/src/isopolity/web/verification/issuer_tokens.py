"""Tokens of an OpenID Connect issuer, verified with the keys that it publishes.

Invariant: a token of an issuer belongs to no session of this network, whatever its claims say, so it never counts as a
person who has signed in here.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import httpx
import jwt

from isopolity.identity.actors import BY_COMMAND
from isopolity.machine.clock import Clock, system_clock
from isopolity.web.tokens import LONGEST_LIFE, Principal, TokenRefused, readable, verified
from isopolity.web.verification.published_keys import KeysAway, PublishedKeys

_ALGORITHMS: Final = ["RS256", "ES256", "EdDSA"]


class OidcTokens:
    """Tokens of one issuer; its keys are found by discovery, unless `jwks_url` says where they are."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        client: httpx.AsyncClient,
        jwks_url: str | None = None,
        *,
        clock: Clock = system_clock,
        longest: timedelta = LONGEST_LIFE,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._client = client
        self._jwks_url = jwks_url
        self._longest = longest
        self._keys = PublishedKeys(self._fetch, issuer, clock=clock)

    async def verify(self, token: str) -> Principal:
        with readable(token):
            key_id = str(jwt.get_unverified_header(token).get("kid", ""))
        try:
            key = await self._keys.key(key_id)
        except KeysAway:
            raise TokenRefused("The issuer's keys cannot be fetched now; try again, or check the issuer.") from None
        if key is None:
            raise TokenRefused("The token is signed with a key that the issuer does not publish; get a new token.")
        try:
            principal = verified(
                token, key, _ALGORITHMS, audience=self._audience, issuer=self._issuer, longest=self._longest
            )
        except jwt.InvalidSignatureError:
            raise TokenRefused("The token's signature does not match the issuer's key; get a new token.") from None
        if principal.subject.startswith(BY_COMMAND):
            raise TokenRefused("The token's subject is one of the network's command, which signs its tokens itself.")
        return replace(principal, session_id=None)

    async def _fetch(self) -> Mapping[str, jwt.PyJWK]:
        if self._jwks_url is None:
            discovery = await self._client.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
            self._jwks_url = str(discovery.raise_for_status().json()["jwks_uri"])
        document = (await self._client.get(self._jwks_url)).raise_for_status().json()
        return {str(key.key_id): key for key in jwt.PyJWKSet.from_dict(document).keys}
