"""Bearer tokens: JWTs from an OpenID Connect issuer, or signed with the network's own keys.

Every service verifies them by itself. Invariant: a token is accepted only for the audience, the time and the scopes
that it names.
"""

from asyncio import Lock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Protocol

import httpx
import jwt

from isopolity.clock import Clock, system_clock

ISSUER: Final = "isopolity"
AUDIENCE: Final = "isopolity"
SCOPES: Final[dict[str, str]] = {
    "member": "a member's own profile, contacts, suggestions and answers; with the claim `member`, its id",
    "staff": "endorse members, run rounds, approve proposals, import",
    "operator": "streams, dead letters, redrive, status",
    "contacts:read": "read contact data; for services only",
}


class TokenRefused(Exception):
    """The token is not accepted; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: the token's subject, its scopes, and the member it speaks for, if any."""

    subject: str
    scopes: frozenset[str]
    member_id: str | None = None


class TokenVerifier(Protocol):
    """Verifies one bearer token."""

    async def verify(self, token: str) -> Principal:
        """Who the token stands for. Raises TokenRefused."""


@dataclass(frozen=True, slots=True)
class LocalTokens:
    """Tokens signed with the network's own secrets (HS256); the first key signs, all verify, so that keys rotate."""

    keys: Sequence[str]
    clock: Clock

    def issue(self, subject: str, scopes: Sequence[str], *, member_id: str | None = None, lifetime: timedelta) -> str:
        """A token for `subject` that is valid for `lifetime`."""
        now = self.clock()
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "scope": " ".join(scopes),
            "iat": now,
            "exp": now + lifetime,
        }
        if member_id:
            claims["member"] = member_id
        return jwt.encode(claims, self.keys[0], algorithm="HS256")

    async def verify(self, token: str) -> Principal:
        for key in self.keys:
            try:
                claims = _decode(token, key, ["HS256"], audience=AUDIENCE, issuer=ISSUER)
            except jwt.InvalidSignatureError:
                continue
            return _principal(claims)
        raise TokenRefused("The token's signature does not match any of this network's keys; get a new token.")


class OidcTokens:
    """Tokens of an OpenID Connect issuer; its keys are fetched when a token names one that is not known yet.

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
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._client = client
        self._jwks_url = jwks_url
        self._clock = clock
        self._patience = patience
        self._fetch_from = clock()
        self._fetching = Lock()
        self._keys: dict[str, jwt.PyJWK] = {}

    async def verify(self, token: str) -> Principal:
        try:
            key_id = str(jwt.get_unverified_header(token).get("kid", ""))
        except jwt.InvalidTokenError:
            raise TokenRefused("The bearer token is not a JWT; get a new one from the issuer.") from None
        async with self._fetching:  # whoever comes meanwhile waits for the keys, and is not refused for lack of them
            if key_id not in self._keys and self._clock() >= self._fetch_from:
                self._fetch_from = self._clock() + self._patience
                await self._fetch_keys()
        if key_id not in self._keys:
            raise TokenRefused("The token is signed with a key that the issuer does not publish; get a new token.")
        key = self._keys[key_id]
        algorithms = ["RS256", "ES256", "EdDSA"]
        try:
            return _principal(_decode(token, key, algorithms, audience=self._audience, issuer=self._issuer))
        except jwt.InvalidSignatureError:
            raise TokenRefused("The token's signature does not match the issuer's key; get a new token.") from None

    async def _fetch_keys(self) -> None:
        try:
            if self._jwks_url is None:
                discovery = await self._client.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                self._jwks_url = str(discovery.raise_for_status().json()["jwks_uri"])
            document = (await self._client.get(self._jwks_url)).raise_for_status().json()
            self._keys = {str(key.key_id): key for key in jwt.PyJWKSet.from_dict(document).keys}
        except (httpx.HTTPError, KeyError, ValueError, jwt.PyJWKSetError) as error:
            raise TokenRefused("The issuer's keys cannot be fetched now; try again, or check the issuer.") from error


class TokensByIssuer:
    """Takes the verifier that the token's issuer has: the network's own keys beside an OpenID Connect issuer."""

    def __init__(self, verifiers: Mapping[str, TokenVerifier]) -> None:
        self._verifiers = verifiers

    async def verify(self, token: str) -> Principal:
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise TokenRefused("The bearer token is not a JWT; get a new one.") from None
        verifier = self._verifiers.get(str(claims.get("iss")))
        if verifier is None:
            raise TokenRefused("The token was issued by another issuer; get one from this network's.")
        return await verifier.verify(token)


def _decode(token: str, key: Any, algorithms: list[str], *, audience: str, issuer: str) -> dict[str, Any]:
    claims = ["exp", "sub", "aud", "iss"]
    try:
        return dict(
            jwt.decode(token, key, algorithms, options={"require": claims}, audience=audience, issuer=issuer, leeway=10)
        )
    except jwt.InvalidSignatureError:
        raise
    except jwt.ExpiredSignatureError:
        raise TokenRefused("The token has expired; get a new one.") from None
    except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
        raise TokenRefused("The token was issued for another audience or by another issuer.") from None
    except jwt.InvalidTokenError:
        raise TokenRefused("The bearer token is not a valid JWT; get a new one.") from None


def _principal(claims: dict[str, Any]) -> Principal:
    scope = claims.get("scope", "")
    scopes = scope.split() if isinstance(scope, str) else [str(entry) for entry in scope]
    member = claims.get("member")
    return Principal(str(claims["sub"]), frozenset(scopes), str(member) if member else None)
