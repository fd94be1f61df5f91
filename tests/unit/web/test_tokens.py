"""Tokens are taken for the audience, the time and the scopes that they name, and for nothing else."""

import asyncio
import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, HTTPException

from isopolity.identity.network_keys import COMMAND, REGISTRY, public_key, signing_key
from isopolity.web.issuer_tokens import OidcTokens
from isopolity.web.network_tokens import FRESH, STALE, LocalTokens
from isopolity.web.tokens import (
    AUDIENCE,
    ISSUER,
    Principal,
    TokenRefused,
    TokensByIssuer,
)
from tests.support.shared.storage import Ticking

OLD, NEW = "o" * 32, "n" * 32
HOUR = timedelta(hours=1)
ISSUER_URL = "https://issuer.example"


def now() -> datetime:
    return datetime.now(UTC)


def encoded(claims: dict[str, Any], key: str = NEW) -> str:
    return jwt.encode(claims, signing_key(key, COMMAND), "EdDSA", headers={"kid": public_key(key, COMMAND).key_id})


async def test_a_token_tells_who_calls_and_what_it_may() -> None:
    tokens = LocalTokens([NEW], now)
    token = tokens.issue("anna", ["member", "staff"], member_id="city-7", lifetime=HOUR)
    assert await tokens.verify(token) == Principal("anna", frozenset({"member", "staff"}), "city-7")


async def test_a_token_signed_with_the_former_key_is_still_taken_after_a_rotation() -> None:
    token = LocalTokens([OLD], now).issue("anna", ["staff"], lifetime=HOUR)
    assert (await LocalTokens([NEW, OLD], now).verify(token)).subject == "anna"


async def test_a_token_signed_with_a_key_that_is_gone_is_refused() -> None:
    token = LocalTokens([OLD], now).issue("anna", ["staff"], lifetime=HOUR)
    with pytest.raises(TokenRefused, match="not signed with any"):
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
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "iat": now(), "exp": now() + HOUR, **changed}
    with pytest.raises(TokenRefused, match="another"):
        await LocalTokens([NEW], now).verify(encoded(claims))


@pytest.mark.parametrize("missing", ["exp", "sub", "aud", "iss", "iat"])
async def test_a_token_without_a_required_claim_is_refused(missing: str) -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "iat": now(), "exp": now() + HOUR}
    del claims[missing]
    with pytest.raises(TokenRefused):
        await LocalTokens([NEW], now).verify(encoded(claims))


@pytest.mark.parametrize("token", ["", "rubbish", "a.b.c"])
async def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        await LocalTokens([NEW], now).verify(token)


async def test_an_unsigned_token_is_refused() -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "iat": now(), "exp": now() + HOUR}
    with pytest.raises(TokenRefused):
        await LocalTokens([NEW], now).verify(jwt.encode(claims, "", algorithm="none"))


async def test_without_keys_every_token_is_refused() -> None:
    token = LocalTokens([NEW], now).issue("anna", ["staff"], lifetime=HOUR)
    with pytest.raises(TokenRefused):
        await LocalTokens([], now).verify(token)


def signed(key: str = NEW, **claims: Any) -> str:
    """A token with the network's own signature and whatever claims; those that are `...` are left out."""
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "iat": now(), "exp": now() + HOUR}
    given = {name: value for name, value in (usual | claims).items() if value is not ...}
    return jws(json.dumps(given, default=lambda moment: int(moment.timestamp())).encode(), key)


def jws(content: bytes, key: str = NEW) -> str:
    """A token with any claims, signed with the command's key."""
    return jwt.api_jws.encode(
        content, signing_key(key, COMMAND), "EdDSA", headers={"kid": public_key(key, COMMAND).key_id}
    )


async def test_every_token_has_an_id_of_its_own() -> None:
    tokens = LocalTokens([NEW], now)
    ids = {(await tokens.verify(tokens.issue("anna", ["staff"], lifetime=HOUR))).token_id for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize("jti", [..., "anna@city.example", "", "x" * 200])
async def test_a_token_without_an_id_fit_for_a_log_gets_one_from_what_was_signed(jti: object) -> None:
    token = signed(jti=jti)
    ids = {(await LocalTokens([NEW], now).verify(token)).token_id for _ in range(2)}
    assert len(ids) == 1
    assert re.fullmatch("command.[0-9a-f]{64}", ids.pop())


async def test_no_token_is_issued_for_longer_than_allowed() -> None:
    with pytest.raises(ValueError, match="30 days"):
        LocalTokens([NEW], now).issue("anna", ["staff"], lifetime=timedelta(days=30, seconds=1))


async def test_a_token_that_lives_longer_than_allowed_is_refused() -> None:
    year = timedelta(days=365)
    token = LocalTokens([NEW], now, year).issue("anna", ["staff"], lifetime=year)
    with pytest.raises(TokenRefused, match="30 days"):
        await LocalTokens([NEW], now).verify(token)


@pytest.mark.parametrize(
    "claims",
    [
        {"scope": None},
        {"scope": 7},
        {"scope": {"staff": True}},
        {"scope": ["staff", 7]},
        {"sub": None},
        {"sub": 7},
        {"sub": ["anna"]},
        {"sub": ""},
        {"sub": "a" * 5000},
        {"sub": "anna\x00"},
        {"sub": "\ud800"},
        {"member": {"id": "city-7"}},
        {"member": "city\n7"},
        {"jti": 7},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**17},
        {"exp": 10**30},
        {"exp": [1]},
        {"iat": float("inf")},
        {"iat": "now"},
        {"iat": -(10**17)},
        {"iat": -(10**30)},
        {"iat": None},
        {"aud": 7},
        {"iss": ["isopolity"]},
        {"more": "x" * 9000},
    ],
    ids=str,
)
async def test_signed_claims_of_odd_types_and_sizes_are_refused_with_a_sentence(claims: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused, match=r"get (a new|one)|another"):
        await LocalTokens([NEW], now).verify(signed(**claims))


async def test_claims_that_nest_too_deeply_are_refused_by_every_verifier(oidc: OidcTokens) -> None:
    own = LocalTokens([NEW], now)
    nested = b'{"a":' + b"[" * 3000 + b"]" * 3000 + b"}"
    in_claims = jws(nested)
    in_header = f"{base64.urlsafe_b64encode(nested).decode().rstrip('=')}.e30."
    for verifier in (own, oidc, TokensByIssuer({ISSUER: own})):
        for token in (in_claims, in_header, "x" * 10_000, "\ud800.a.b"):
            with pytest.raises(TokenRefused):
                await verifier.verify(token)


class Issuer:
    """An OpenID Connect issuer in this process."""

    def __init__(self) -> None:
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.requests = 0
        self.is_away = False
        self.app = FastAPI()
        self.app.get("/.well-known/openid-configuration")(self.discovery)
        self.app.get("/jwks")(self.jwks)

    async def discovery(self) -> dict[str, str]:
        return {"jwks_uri": f"{ISSUER_URL}/jwks"}

    async def jwks(self) -> dict[str, Any]:
        self.requests += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise HTTPException(503)
        return {
            "keys": [
                jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": name, "use": "sig"}
                for name, key in self.keys.items()
            ]
        }

    def add_key(self, name: str) -> None:
        self.keys[name] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, key: str, **changed: Any) -> str:
        lives = {"iat": now(), "exp": now() + HOUR}
        claims = {"iss": ISSUER_URL, "aud": "isopolity", "sub": "ben", "scope": "staff", **lives, **changed}
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


async def test_a_key_that_the_issuer_took_back_is_refused_after_a_while(
    issuer: Issuer, oidc: OidcTokens, clock: Ticking
) -> None:
    token = issuer.token("one")
    await oidc.verify(token)
    issuer.add_key("two")
    del issuer.keys["one"]
    clock.advance(FRESH)
    await oidc.verify(token)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenRefused, match="does not publish"):
        await oidc.verify(token)
    assert issuer.requests == 2


async def test_old_keys_serve_for_a_while_when_the_issuer_is_away(
    issuer: Issuer, oidc: OidcTokens, clock: Ticking
) -> None:
    token = issuer.token("one")
    await oidc.verify(token)
    issuer.is_away = True
    clock.advance(STALE)
    for _ in range(5):
        await oidc.verify(token)
    assert issuer.requests == 2
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenRefused, match="cannot be fetched"):
        await oidc.verify(token)
    issuer.is_away = False
    clock.advance(timedelta(seconds=30))
    await oidc.verify(token)


@pytest.mark.parametrize("document", [[], {"keys": 7}, {"keys": [7]}, {}, "keys"], ids=str)
async def test_keys_that_are_no_keys_refuse_with_a_sentence(issuer: Issuer, document: object) -> None:
    answering = httpx.MockTransport(lambda _request: httpx.Response(200, json=document))
    oidc = OidcTokens(ISSUER_URL, "isopolity", httpx.AsyncClient(transport=answering), "https://issuer.example/jwks")
    with pytest.raises(TokenRefused, match="cannot be fetched"):
        await oidc.verify(issuer.token("one"))


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


async def test_a_session_at_the_issuer_is_none_of_ours(issuer: Issuer, oidc: OidcTokens) -> None:
    """Else a program's token would count as somebody who has signed in, and as a second person."""
    assert (await oidc.verify(issuer.token("one", sid="f3a1"))).session_id is None


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


async def test_a_token_tells_the_role_of_an_approver_and_its_session() -> None:
    tokens = LocalTokens([NEW], now, name=REGISTRY)
    principal = await tokens.verify(
        tokens.issue("c1", ["member"], member_id="city-7", role="approver", session_id="s1", lifetime=HOUR)
    )
    assert (principal.role, principal.session_id) == ("approver", "s1")
    principal = await tokens.verify(tokens.issue("c1", ["member"], role="deputy", session_id="s2", lifetime=HOUR))
    assert (principal.role, principal.session_id) == (None, "s2")


@pytest.mark.parametrize("claim", [["approver"], 7, {"a": 1}, "x" * 300, "a@b.example"])
async def test_a_role_or_session_of_another_form_says_nothing(claim: object) -> None:
    claims = {"sub": "anna", "iss": ISSUER, "aud": AUDIENCE, "iat": now(), "exp": now() + HOUR}
    token = encoded(claims | {"role": claim, "sid": claim})
    principal = await LocalTokens([NEW], now).verify(token)
    assert (principal.role, principal.session_id) == (None, None)
