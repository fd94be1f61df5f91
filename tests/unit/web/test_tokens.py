"""Tokens are taken for the audience, the time and the scopes that they name, and for nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI

from isopolity.web.tokens import (
    AUDIENCE,
    ISSUER,
    LocalTokens,
    OidcTokens,
    Principal,
    TokenRefused,
    TokensByIssuer,
)
from tests.support.storage import Ticking

OLD, NEW = "o" * 32, "n" * 32
HOUR = timedelta(hours=1)
ISSUER_URL = "https://issuer.example"


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_token_tells_who_calls_and_what_it_may() -> None:
    tokens = LocalTokens([NEW], now)
    token = tokens.issue("anna", ["member", "staff"], member_id="city-7", lifetime=HOUR)
    assert await tokens.verify(token) == Principal("anna", frozenset({"member", "staff"}), "city-7")


async def test_a_token_signed_with_the_former_key_is_still_taken_after_a_rotation() -> None:
    token = LocalTokens([OLD], now).issue("anna", ["staff"], lifetime=HOUR)
    assert (await LocalTokens([NEW, OLD], now).verify(token)).subject == "anna"


async def test_a_token_signed_with_a_key_that_is_gone_is_refused() -> None:
    token = LocalTokens([OLD], now).issue("anna", ["staff"], lifetime=HOUR)
    with pytest.raises(TokenRefused, match="does not match any"):
        await LocalTokens([NEW], now).verify(token)


async def test_new_tokens_are_signed_with_the_first_key() -> None:
    token = LocalTokens([NEW, OLD], now).issue("anna", ["staff"], lifetime=HOUR)
    assert (await LocalTokens([NEW], now).verify(token)).subject == "anna"


async def test_an_expired_token_is_refused() -> None:
    token = LocalTokens([NEW], lambda: now() - 2 * HOUR).issue("anna", ["staff"], lifetime=HOUR)
    with pytest.raises(TokenRefused, match="expired"):
        await LocalTokens([NEW], now).verify(token)


@pytest.mark.parametrize("changed", [{"aud": "elsewhere"}, {"iss": "elsewhere"}])
async def test_a_token_for_another_audience_or_issuer_is_refused(changed: dict[str, str]) -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": now() + HOUR, **changed}
    with pytest.raises(TokenRefused, match="another"):
        await LocalTokens([NEW], now).verify(jwt.encode(claims, NEW, algorithm="HS256"))


@pytest.mark.parametrize("missing", ["exp", "sub", "aud", "iss"])
async def test_a_token_without_a_required_claim_is_refused(missing: str) -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": now() + HOUR}
    del claims[missing]
    with pytest.raises(TokenRefused):
        await LocalTokens([NEW], now).verify(jwt.encode(claims, NEW, algorithm="HS256"))


@pytest.mark.parametrize("token", ["", "rubbish", "a.b.c"])
async def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        await LocalTokens([NEW], now).verify(token)


async def test_an_unsigned_token_is_refused() -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": now() + HOUR}
    with pytest.raises(TokenRefused):
        await LocalTokens([NEW], now).verify(jwt.encode(claims, "", algorithm="none"))


async def test_without_keys_every_token_is_refused() -> None:
    token = LocalTokens([NEW], now).issue("anna", ["staff"], lifetime=HOUR)
    with pytest.raises(TokenRefused):
        await LocalTokens([], now).verify(token)


class Issuer:
    """An OpenID Connect issuer in this process."""

    def __init__(self) -> None:
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.requests = 0
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.discovery)
        self.app.get("/jwks")(self.jwks)

    async def discovery(self) -> dict[str, str]:
        return {"jwks_uri": f"{ISSUER_URL}/jwks"}

    async def jwks(self) -> dict[str, Any]:
        self.requests += 1
        await asyncio.sleep(0)
        return {
            "keys": [
                jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": name, "use": "sig"}
                for name, key in self.keys.items()
            ]
        }

    def add_key(self, name: str) -> None:
        self.keys[name] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, key: str, **changed: Any) -> str:
        claims = {"iss": ISSUER_URL, "aud": "isopolity", "sub": "ben", "scope": "staff", "exp": now() + HOUR, **changed}
        return jwt.encode(claims, self.keys[key], algorithm="RS256", headers={"kid": key})


@pytest.fixture
def issuer() -> Issuer:
    issuer = Issuer()
    issuer.add_key("one")
    return issuer


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def oidc(issuer: Issuer, clock: Ticking) -> OidcTokens:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(issuer.app))
    return OidcTokens(ISSUER_URL, "isopolity", client, clock=clock)


async def test_a_token_of_the_issuer_is_taken_with_keys_found_by_discovery(issuer: Issuer, oidc: OidcTokens) -> None:
    assert await oidc.verify(issuer.token("one")) == Principal("ben", frozenset({"staff"}))
    await oidc.verify(issuer.token("one"))
    assert issuer.requests == 1


async def test_a_key_that_the_issuer_added_is_fetched_when_a_token_names_it(
    issuer: Issuer, oidc: OidcTokens, clock: Ticking
) -> None:
    await oidc.verify(issuer.token("one"))
    issuer.add_key("two")
    clock.advance(timedelta(seconds=30))
    assert (await oidc.verify(issuer.token("two"))).subject == "ben"


async def test_tokens_that_come_while_the_keys_are_fetched_wait_for_them(issuer: Issuer, oidc: OidcTokens) -> None:
    found = await asyncio.gather(*(oidc.verify(issuer.token("one")) for _ in range(3)))
    assert [principal.subject for principal in found] == ["ben"] * 3
    assert issuer.requests == 1


async def test_tokens_that_name_unknown_keys_do_not_make_us_ask_the_issuer_each_time(
    issuer: Issuer, oidc: OidcTokens
) -> None:
    stranger = Issuer()
    stranger.add_key("unknown")
    for _ in range(5):
        with pytest.raises(TokenRefused, match="does not publish"):
            await oidc.verify(stranger.token("unknown"))
    assert issuer.requests == 1


async def test_a_token_signed_by_somebody_else_under_a_known_key_id_is_refused(oidc: OidcTokens) -> None:
    stranger = Issuer()
    stranger.add_key("one")
    with pytest.raises(TokenRefused, match="signature"):
        await oidc.verify(stranger.token("one"))


@pytest.mark.parametrize("changed", [{"aud": "elsewhere"}, {"iss": "https://elsewhere.example"}])
async def test_a_token_of_the_issuer_for_somebody_else_is_refused(
    issuer: Issuer, oidc: OidcTokens, changed: dict[str, str]
) -> None:
    with pytest.raises(TokenRefused, match="another"):
        await oidc.verify(issuer.token("one", **changed))


async def test_a_symmetric_signature_made_with_the_public_key_is_refused(issuer: Issuer, oidc: OidcTokens) -> None:
    claims = {"iss": ISSUER_URL, "aud": "isopolity", "sub": "eve", "exp": now() + HOUR}
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": "one"})
    with pytest.raises(TokenRefused):
        await oidc.verify(forged)
    assert issuer.keys


async def test_an_issuer_that_is_away_refuses_with_a_sentence() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away", request=request)

    oidc = OidcTokens(ISSUER_URL, "isopolity", httpx.AsyncClient(transport=httpx.MockTransport(away)))
    issuer = Issuer()
    issuer.add_key("one")
    with pytest.raises(TokenRefused, match="cannot be fetched"):
        await oidc.verify(issuer.token("one"))


async def test_the_issuer_in_the_token_chooses_its_verifier(issuer: Issuer, oidc: OidcTokens) -> None:
    own = LocalTokens([NEW], now)
    both = TokensByIssuer({ISSUER: own, ISSUER_URL: oidc})
    assert (await both.verify(own.issue("notify", ["contacts:read"], lifetime=HOUR))).subject == "notify"
    assert (await both.verify(issuer.token("one"))).subject == "ben"
    with pytest.raises(TokenRefused, match="another issuer"):
        await both.verify(issuer.token("one", iss="https://elsewhere.example"))
