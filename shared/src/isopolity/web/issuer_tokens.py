"""Tokens that are not signed with the network's own keys: those of an OpenID Connect issuer and of the release before.

Tokens of an issuer are verified with the keys that it publishes. Those of the release before are signed with secrets
that all services share (HS256), so any service could sign any token; they are signed and accepted only while
`ISOPOLITY_TOKEN_KEYS` is set, that is, during an upgrade. Invariant: a token of an issuer belongs to no session of this
network, whatever its claims say, so it never counts as a person who has signed in here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import httpx
import jwt

from isopolity.identity.actors import BY_COMMAND
from isopolity.machine.clock import Clock, IdFactory, system_clock, uuid7
from isopolity.web.network_tokens import KeysAway, PublishedKeys
from isopolity.web.tokens import AUDIENCE, ISSUER, LONGEST_LIFE, Principal, TokenRefused, claims_of, readable, verified

_ALGORITHMS: Final = ["RS256", "ES256", "EdDSA"]


class OidcTokens:
    """Verifies tokens of one issuer; its keys are found by discovery, unless `jwks_url` is given."""

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


@dataclass(frozen=True, slots=True)
class SharedSecretTokens:
    """Signs and verifies tokens with shared secrets: the first of `keys` signs, all verify."""

    keys: Sequence[str]
    clock: Clock
    longest: timedelta = LONGEST_LIFE
    ids: IdFactory = uuid7

    def issue(
        self,
        subject: str,
        scopes: Sequence[str],
        *,
        member_id: str | None = None,
        role: str | None = None,
        session_id: str | None = None,
        lifetime: timedelta,
    ) -> str:
        """A token for `subject` that is valid for `lifetime`. Raises ValueError for more than the longest life."""
        if lifetime > self.longest:
            raise ValueError(f"a token lives for {self.longest.days} days at most")
        token_id = f"{session_id}.{self.ids()}" if session_id else self.ids()
        named = {"member_id": member_id, "role": role, "session_id": session_id}
        claims = claims_of(subject, scopes, self.clock(), lifetime, token_id, **named)
        return jwt.encode(claims, self.keys[0], algorithm="HS256")

    async def verify(self, token: str) -> Principal:
        for key in self.keys:
            try:
                return verified(token, key, ["HS256"], audience=AUDIENCE, issuer=ISSUER, longest=self.longest)
            except jwt.InvalidSignatureError:
                continue
        raise TokenRefused("The token's signature does not match any of this network's keys; get a new token.")
