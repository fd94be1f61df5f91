"""Whoever has stolen the credentials of one service mints nothing that another one takes."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from isopolity.contracts.catalogue import TOPICS
from isopolity.identity.network_keys import COMMAND, NOTIFY, REGISTRY, public_key, signing_key
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.portal.bootstrap import open_portal
from isopolity.portal.settings import PortalSettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.web.tokens import AUDIENCE, ISSUER
from tests.support.shared.migrated import filled_with_tables

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
SECRETS: Final = {REGISTRY: "r" * 32, COMMAND: "c" * 32, NOTIFY: "n" * 32}
LINKS: Final = "l" * 32
SERVICES: Final = ("registry", "matching", "notify", "portal")
SCOPES: Final = (
    "staff",
    "operator",
    "member",
    "staff:read",
    "operator:unmask",
    "staff operator member",
)
ROUTES: Final = tuple(f"/{service}/v1/{what}" for service in SERVICES for what in ("status", "audit"))
"""Each admits operators, or staff."""
CONTACT: Final = "/registry/v1/contacts/nobody"
"""All that notify may ask for in its own name; 404 tells that it was admitted."""


@dataclass(frozen=True, slots=True)
class Network:
    """The services, each with the keys that it is given and no others."""

    clients: Mapping[str, httpx.AsyncClient]

    async def ask(self, token: str, path: str) -> int:
        service = path.split("/")[1]
        headers = {"Authorization": f"Bearer {token}"}
        return (await self.clients[service].get(path, headers=headers)).status_code

    async def admitted(self, token: str) -> list[tuple[str, int]]:
        """Where the token is not refused as no token at all.

        503 tells that it names a key that nobody knows, and that registry cannot be asked here.
        """
        answers = [(path, await self.ask(token, path)) for path in (*ROUTES, CONTACT)]
        return [(path, status) for path, status in answers if status not in (401, 503)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    folder: Path = tmp_path_factory.mktemp("network")
    halves = ",".join(f"{name}:{public_key(secret, name).half}" for name, secret in SECRETS.items())
    shared: dict[str, Any] = {"data": folder, "public_url": "http://network.invalid", "public_keys": halves}
    settings = {
        "registry": RegistrySettings(**shared, registry_keys=SECRETS[REGISTRY]),
        "matching": MatchingSettings(**shared),
        "notify": NotifySettings(**shared, notify_key=SECRETS[NOTIFY], link_keys=LINKS),
        "portal": PortalSettings(**shared),
    }
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        broker = await enter(EmbeddedBroker.opened(folder / "broker.db"))
        await broker.ensure_topics(TOPICS)
        for name, of_service in settings.items():
            await filled_with_tables(of_service.database_url, f"isopolity.{name}")
        opening = (
            open_registry(settings["registry"], broker=broker),  # type: ignore[arg-type] # each its own
            open_matching(settings["matching"], broker=broker),  # type: ignore[arg-type]
            open_notify(settings["notify"], broker=broker),  # type: ignore[arg-type]
            open_portal(settings["portal"], broker=broker),  # type: ignore[arg-type]
        )
        clients = {}
        for each in opening:
            service = await enter(each)
            transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
            clients[service.name] = await enter(
                httpx.AsyncClient(transport=transport, base_url="http://network.invalid")
            )
        yield Network(clients)


def claims(scope: str, subject: str = "mallory", **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    times = {"iat": now, "exp": now + timedelta(minutes=5)}
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "scope": scope, "jti": "forged", **times, **more}


def signed(content: Mapping[str, Any], secret: str, holder: str, named: str | None = None) -> str:
    """A token signed with the holder's key of this secret, which names the key `named` or its own."""
    headers = {"kid": named or public_key(secret, holder).key_id}
    return jwt.encode(dict(content), signing_key(secret, holder), "EdDSA", headers=headers)


async def test_the_command_is_admitted_everywhere_and_notify_where_it_may_be(network: Network) -> None:
    """Else the refusals below would tell nothing."""
    of_command = signed(claims("staff operator contacts:read"), SECRETS[COMMAND], COMMAND)
    assert await network.admitted(of_command) == [*((path, 200) for path in ROUTES), (CONTACT, 404)]
    of_notify = signed(claims("contacts:read", NOTIFY), SECRETS[NOTIFY], NOTIFY)
    assert await network.ask(of_notify, CONTACT) == 404
    assert {await network.ask(of_notify, path) for path in ROUTES} == {403}


@pytest.mark.parametrize("scope", SCOPES)
async def test_notifys_key_mints_no_token_of_people(network: Network, scope: str) -> None:
    for content in (
        claims(scope, NOTIFY),
        claims(f"contacts:read {scope}", NOTIFY),
        claims(scope, member="city-7", sid="s1"),
        claims(scope, NOTIFY, sid="s1"),
        claims([*scope.split(), "contacts:read"], NOTIFY),  # type: ignore[arg-type] # a list is a scope too
    ):
        assert await network.admitted(signed(content, SECRETS[NOTIFY], NOTIFY)) == []


async def test_notifys_key_speaks_for_nobody_else_and_not_for_long(network: Network) -> None:
    now = datetime.now(UTC)
    for content in (
        claims("contacts:read", "registry"),
        claims("contacts:read", NOTIFY, member="city-7"),
        claims("contacts:read", NOTIFY, iat=now, exp=now + timedelta(hours=2)),
    ):
        assert await network.admitted(signed(content, SECRETS[NOTIFY], NOTIFY)) == []


@pytest.mark.parametrize("victim", [REGISTRY, COMMAND])
async def test_a_key_counts_under_no_other_name(network: Network, victim: str) -> None:
    known = public_key(SECRETS[victim], victim).key_id
    own = public_key(SECRETS[NOTIFY], NOTIFY).key_id
    for named in (known, own.replace(NOTIFY, victim), f"{victim}.", victim, "", "../" + known):
        token = signed(claims("staff operator", sid="s1"), SECRETS[NOTIFY], NOTIFY, named)
        assert await network.admitted(token) == [], named


@pytest.mark.parametrize("holder", [REGISTRY, COMMAND, NOTIFY])
async def test_what_matching_and_the_portal_hold_signs_nothing(network: Network, holder: str) -> None:
    """They hold public halves, which may be taken for a shared secret, or for none."""
    public = public_key(SECRETS[holder], holder)
    pem = public.verifying.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secrets = (public.half.encode(), public.verifying.public_bytes_raw(), pem, json.dumps(public.document()).encode())
    content = claims("staff operator member", sid="s1")
    for secret in secrets:
        token = _by_hand({"alg": "HS256", "typ": "JWT", "kid": public.key_id}, content, secret)
        assert await network.admitted(token) == []
    for algorithm in ("none", "None", "NONE", "EdDSA", "Ed25519", "HS512", "RS256", ""):
        token = _by_hand({"alg": algorithm, "typ": "JWT", "kid": public.key_id}, content, None)
        assert await network.admitted(token) == [], algorithm


def _by_hand(header: dict[str, str], content: Mapping[str, Any], secret: bytes | None) -> str:
    """A token that no library would sign: with an HMAC of whatever, or with an empty signature."""
    encoded = {name: int(each.timestamp()) if isinstance(each, datetime) else each for name, each in content.items()}
    parts = [jwt.utils.base64url_encode(json.dumps(each).encode()).decode() for each in (header, encoded)]
    if secret is None:
        return ".".join([*parts, ""])
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(".".join(parts).encode(), secret)
    return ".".join([*parts, jwt.utils.base64url_encode(signature).decode()])


@pytest.mark.parametrize("secret", [LINKS, SECRETS[REGISTRY], SECRETS[COMMAND]])
async def test_a_secret_of_another_purpose_signs_nothing(network: Network, secret: str) -> None:
    content = claims("staff operator", sid="s1")
    for holder in (REGISTRY, COMMAND, NOTIFY):
        if SECRETS[holder] != secret:
            assert await network.admitted(signed(content, secret, holder)) == []
            named = public_key(SECRETS[holder], holder).key_id
            assert await network.admitted(signed(content, secret, holder, named)) == []
    assert await network.admitted(jwt.encode(content, secret, "HS256")) == []


async def test_a_token_of_people_counts_within_a_session_and_for_what_people_may(network: Network) -> None:
    def of_registry(content: Mapping[str, Any]) -> str:
        return signed(content, SECRETS[REGISTRY], REGISTRY)

    now = datetime.now(UTC)
    assert await network.ask(of_registry(claims("staff operator", sid="s1")), "/matching/v1/status") == 200
    for content in (
        claims("staff"),
        claims("operator:unmask"),
        claims("member", member="city-7"),
        claims("contacts:read", sid="s1"),
        claims("staff", sid=""),
        claims("staff", sid=["s1"]),
        claims("staff", sid="s1", iat=now, exp=now + timedelta(hours=2)),
    ):
        assert await network.admitted(of_registry(content)) == []


async def test_what_registry_publishes_tells_no_secret(network: Network) -> None:
    answer = await network.clients["registry"].get("/registry/v1/keys")
    assert [key["kid"].partition(".")[0] for key in answer.json()["keys"]] == [REGISTRY, COMMAND, NOTIFY]
    assert {name for key in answer.json()["keys"] for name in key} == {"kty", "crv", "x", "kid", "use", "alg", "made"}
    for holder, secret in SECRETS.items():
        assert secret not in answer.text
        assert signing_key(secret, holder).private_bytes_raw().hex() not in answer.text
