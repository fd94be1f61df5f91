"""The StaffIssuer: the code flow of OpenID Connect with PKCE at the issuer of the office's organisation.

Invariant: an answer is valid once at the issuer, for ten minutes here, and only in the browser where the sign-in began;
an identity is accepted only if the issuer signed it for this client and this sign-in.
"""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Final
from urllib.parse import quote

import httpx
import jwt
import structlog

from isopolity.machine import periods
from isopolity.machine.clock import Clock
from isopolity.registry.adapters.encryption import Sealing
from isopolity.registry.application.access.ports import IssuerIdentity
from isopolity.registry.domain.errors import IssuerAway

_VALID: Final = periods.ISSUER_SIGN_IN
"""How long a sign-in at the issuer may take."""
_BYTES: Final = 32
_PATIENCE: Final = 10.0
"""Timeout in seconds for answers of the issuer."""
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
_MALFORMED: Final = (LookupError, ValueError, TypeError, AttributeError)
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
_log = structlog.get_logger(__name__)


class OpenIdConnect:
    """One issuer, which knows this network as `client_id` and sends browsers back to `redirect_uri`."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        redirect_uri: str,
        *,
        keys: Sequence[str],
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._sealing = Sealing(keys, "issuer")
        self._clock = clock
        self._transport = transport

    async def address(self, binding: str) -> str:
        verifier, nonce = token_urlsafe(_BYTES), token_urlsafe(_BYTES)
        begun = {"verifier": verifier, "nonce": nonce, "binding": binding, "at": self._clock().isoformat()}
        asked = {
            "response_type": "code",
            "scope": "openid email",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "state": self._sealing.sealed(json.dumps(begun)),
            "nonce": nonce,
            "code_challenge": urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        async with self._reaching() as client:
            endpoint = (await self._configuration(client))["authorization_endpoint"]
        return str(httpx.URL(endpoint).copy_merge_params(asked))

    async def identity(self, state: str, code: str, binding: str) -> IssuerIdentity | None:
        begun = self._begun(state, binding)
        if begun is None:
            return None
        async with self._reaching() as client:
            configuration = await self._configuration(client)
            tokens = await self._tokens(client, configuration["token_endpoint"], code, begun["verifier"])
            if tokens is None:
                return None
            keys = (await client.get(configuration["jwks_uri"])).raise_for_status().json()
            claims = self._claims(str(tokens["id_token"]), keys, begun["nonce"])
            if claims and "email" not in claims:
                bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
                answer = (
                    (await client.get(configuration["userinfo_endpoint"], headers=bearer)).raise_for_status().json()
                )
                claims = claims | answer if answer["sub"] == claims["sub"] else {}
        return _identity(claims) if claims else None

    @asynccontextmanager
    async def _reaching(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client for the issuer. Raises IssuerAway if the issuer is unreachable or its answer is not valid."""
        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=_PATIENCE) as client:
                yield client
        except (httpx.HTTPError, httpx.InvalidURL, *_MALFORMED) as error:
            _log.warning("issuer_away", issuer=self._issuer, error=type(error).__name__)
            sentence = "The sign-in page of your organisation does not answer now; try again, or sign in by mail."
            raise IssuerAway(sentence) from error

    async def _configuration(self, client: httpx.AsyncClient) -> Mapping[str, str]:
        """The issuer's endpoints, from its discovery document."""
        address = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        configuration = (await client.get(address)).raise_for_status().json()
        if configuration["issuer"] != self._issuer:
            raise ValueError("another issuer")
        return {name: str(configuration[name]) for name in _ENDPOINTS}

    async def _tokens(
        self, client: httpx.AsyncClient, endpoint: str, code: str, verifier: str
    ) -> Mapping[str, Any] | None:
        """The tokens for a code; None if the code is unknown or used."""
        secret = self._client_secret
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._redirect_uri}
        form |= {"code_verifier": verifier, **({} if secret else {"client_id": self._client_id})}
        basic = None if secret is None else httpx.BasicAuth(quote(self._client_id, safe=""), quote(secret, safe=""))
        answer = await client.post(endpoint, data=form, auth=basic or httpx.USE_CLIENT_DEFAULT)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            _log.warning("issuer_refused_a_code", issuer=self._issuer)
            return None
        tokens: Mapping[str, Any] = answer.raise_for_status().json()
        return tokens

    def _begun(self, state: str, binding: str) -> Mapping[str, str] | None:
        opened = self._sealing.opened(state)
        begun: Mapping[str, str] = {} if opened is None else json.loads(opened)
        if not begun or not hmac.compare_digest(begun["binding"].encode(), binding.encode()):
            return None
        return begun if self._clock() < datetime.fromisoformat(begun["at"]) + _VALID else None

    def _claims(self, signed: str, keys: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the ID token; empty if the token is not valid.

        Source: OpenID Connect Core 1.0, section 3.1.3.7.
        """
        try:
            claims: dict[str, Any] = jwt.decode(
                signed,
                _key(signed, keys),
                _ALGORITHMS,
                {"require": ["exp", "iat", "sub", "aud", "iss", "nonce"]},
                audience=self._client_id,
                issuer=self._issuer,
                leeway=10,
            )
            if claims["nonce"] != nonce or claims.get("azp", self._client_id) != self._client_id:
                raise jwt.InvalidTokenError("made for another sign-in or client")
        except (jwt.PyJWTError, *_MALFORMED) as error:
            _log.warning("issuer_token_refused", issuer=self._issuer, error=type(error).__name__)
            return {}
        return claims


def _identity(claims: Mapping[str, Any]) -> IssuerIdentity:
    email = claims.get("email")
    is_known = isinstance(email, str) and claims.get("email_verified") is True
    return IssuerIdentity(subject=str(claims["sub"]), email=email if is_known else None)


def _key(signed: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """The issuer's key that the token names, or the only key if it names none."""
    known = jwt.PyJWKSet.from_dict(dict(keys))
    named = jwt.get_unverified_header(signed).get("kid")
    if named is None and len(known.keys) == 1:
        return known.keys[0]
    return known[str(named)]
