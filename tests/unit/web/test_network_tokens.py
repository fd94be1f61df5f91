"""Tokens of the network count by the key that signed them; keys are read from registry, and given for its absence."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from pydantic import ValidationError

from isopolity.client.registry.models import PublishedKey
from isopolity.configuration.settings import Settings
from isopolity.identity.network_keys import (
    COMMAND,
    HOLDERS,
    NOTIFY,
    REGISTRY,
    PublicKey,
    public_key,
    read_public_keys,
    read_published,
)
from isopolity.runtime.connections import PAUSE, open_tokens
from isopolity.web.issuer_tokens import SharedSecretTokens
from isopolity.web.network_tokens import FRESH, LocalTokens, NetworkTokens, PublishedKeys
from isopolity.web.tokens import KeysUnknown, TokenRefused
from tests.support.keys import command_token
from tests.support.shared.storage import Ticking

OLD, NEW, SHARED = "o" * 32, "n" * 32, "s" * 32
HOUR: Final = timedelta(hours=1)
A_DAY: Final = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


def published(key: PublicKey, **changes: str) -> PublishedKey:
    return PublishedKey.model_validate(key.document() | changes)


class Registry:
    """The keys that registry publishes."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = list(secrets)
        self.is_away = False
        self.requests = 0

    async def fetch(self) -> Mapping[str, PublicKey]:
        self.requests += 1
        if self.is_away:
            raise httpx.ConnectError("away")
        return read_published([published(public_key(secret, REGISTRY)) for secret in self.secrets])

    def token(self, secret: str | None = None, **changes: Any) -> str:
        issuer = LocalTokens([secret or self.secrets[0]], now, name=REGISTRY)
        return issuer.issue("anna", ["staff"], **{"session_id": "s1", "lifetime": HOUR, **changes})


def verifier(registry: Registry, clock: Ticking, *given: str) -> NetworkTokens:
    keys = {key.key_id: key for key in (public_key(secret, REGISTRY) for secret in given)}
    published = PublishedKeys(registry.fetch, "registry", given=keys, clock=clock, patience=PAUSE, stale=A_DAY)
    return NetworkTokens(published)


async def test_keys_are_read_from_registry_once_and_a_new_one_when_a_token_names_it() -> None:
    registry, clock = Registry(OLD), Ticking()
    tokens = verifier(registry, clock)
    for _ in range(3):
        assert (await tokens.verify(registry.token())).subject == "anna"
    assert registry.requests == 1
    registry.secrets.insert(0, NEW)
    clock.advance(PAUSE)
    assert (await tokens.verify(registry.token(NEW))).subject == "anna"
    assert (await tokens.verify(registry.token(OLD))).subject == "anna"
    assert registry.requests == 2


async def test_who_makes_up_keys_keeps_no_new_one_out() -> None:
    registry, clock = Registry(OLD), Ticking()
    tokens = verifier(registry, clock)
    assert (await tokens.verify(registry.token())).subject == "anna"
    clock.advance(timedelta(minutes=1))
    for _ in range(50):
        with pytest.raises(TokenRefused, match="not signed with any"):
            await tokens.verify(command_token("f" * 32, {}))
    assert registry.requests == 2, "forgeries make no flood"
    registry.secrets.insert(0, NEW)
    clock.advance(timedelta(seconds=2))
    assert (await tokens.verify(registry.token(NEW))).subject == "anna"


async def test_a_key_that_registry_dropped_counts_for_a_quarter_of_an_hour_at_most() -> None:
    registry, clock = Registry(NEW), Ticking()
    tokens = verifier(registry, clock, OLD)
    clock.advance(FRESH)
    assert (await tokens.verify(registry.token(OLD))).subject == "anna", "it was given"
    clock.advance(timedelta(seconds=1))
    with pytest.raises(TokenRefused, match="not signed with any"):
        await tokens.verify(registry.token(OLD))


async def test_given_keys_serve_for_a_day_while_registry_is_away_from_the_start() -> None:
    registry, clock = Registry(OLD), Ticking()
    registry.is_away = True
    tokens = verifier(registry, clock, OLD)
    assert (await tokens.verify(registry.token())).subject == "anna"
    assert registry.requests == 0
    clock.advance(A_DAY)
    assert (await tokens.verify(registry.token())).subject == "anna"
    clock.advance(timedelta(seconds=1))
    with pytest.raises(KeysUnknown):
        await tokens.verify(registry.token())
    registry.is_away = False
    clock.advance(PAUSE)
    assert (await tokens.verify(registry.token())).subject == "anna"


async def test_a_token_cannot_be_judged_while_its_key_is_unknown_and_registry_away() -> None:
    registry, clock = Registry(NEW), Ticking()
    registry.is_away = True
    for tokens in (verifier(registry, clock), verifier(registry, clock, OLD)):
        with pytest.raises(KeysUnknown):
            await tokens.verify(registry.token())


async def test_a_service_that_starts_before_registry_takes_tokens_of_given_keys_only(tmp_path: Any) -> None:
    key = public_key(NEW, COMMAND)
    token = LocalTokens([NEW], now).issue("anna", ["staff"], lifetime=HOUR)
    for given, refusal in ((f"{key.name}:{key.half}", None), ("", KeysUnknown)):
        settings = Settings(data=tmp_path, registry_url="http://127.0.0.1:9", public_keys=given)
        async with open_tokens(settings, now) as tokens:
            if refusal is None:
                assert (await tokens.verify(token)).subject == "anna"
            else:
                with pytest.raises(refusal):
                    await tokens.verify(token)


@pytest.mark.parametrize("holder", [COMMAND, NOTIFY])
async def test_the_key_stands_in_front_of_the_tokens_id_whatever_it_claims(holder: str) -> None:
    tokens = LocalTokens([NEW], now, name=holder)
    issued = tokens.issue(holder, ["contacts:read"], lifetime=HOUR)
    assert (await tokens.verify(issued)).token_id.startswith(f"{holder}.")
    claims = {
        "iss": "isopolity",
        "aud": "isopolity",
        "sub": "x",
        "iat": now(),
        "exp": now() + HOUR,
        "jti": "registry.1",
    }
    of_command = await LocalTokens([NEW], now).verify(command_token(NEW, claims))
    assert of_command.token_id == "command.registry.1"


async def test_a_session_that_the_commands_token_claims_is_none() -> None:
    tokens = LocalTokens([NEW], now)
    token = tokens.issue("anna", ["staff"], session_id="s1", lifetime=HOUR)
    assert (await tokens.verify(token)).session_id is None


async def test_a_scope_of_a_later_release_is_no_reason_to_refuse_and_holds_nothing() -> None:
    tokens = LocalTokens([NEW], now, name=NOTIFY)
    assert (await tokens.verify(tokens.issue(NOTIFY, ["contacts:read", "later"], lifetime=HOUR))).subject == NOTIFY


@pytest.mark.parametrize(("skew", "is_taken"), [(-5, True), (5, True), (30, False)])
async def test_clocks_may_differ_by_ten_seconds(skew: int, is_taken: bool) -> None:  # a case
    ahead = LocalTokens([NEW], lambda: now() + timedelta(seconds=skew))
    token = ahead.issue("anna", ["staff"], lifetime=HOUR)
    if is_taken:
        assert (await ahead.verify(token)).subject == "anna"
    else:
        with pytest.raises(TokenRefused):
            await ahead.verify(token)


async def test_shared_secrets_count_only_where_they_are_set(tmp_path: Any) -> None:
    token = SharedSecretTokens([SHARED], now).issue("anna", ["staff"], lifetime=HOUR)
    key = public_key(NEW, COMMAND)
    settings: dict[str, Any] = {"data": tmp_path, "public_keys": f"{key.name}:{key.half}"}
    async with open_tokens(Settings(**settings, token_keys=SHARED), now) as tokens:
        assert (await tokens.verify(token)).subject == "anna"
        assert (await tokens.verify(LocalTokens([NEW], now).issue("anna", [], lifetime=HOUR))).subject == "anna"
    async with open_tokens(Settings(**settings), now) as tokens:
        with pytest.raises((TokenRefused, KeysUnknown)):
            await tokens.verify(token)


def test_no_holder_signs_for_longer_than_its_tokens_may_live() -> None:
    for name, holder in HOLDERS.items():
        if holder.longest is not None:
            with pytest.raises(ValueError, match="at most"):
                LocalTokens([NEW], now, name=name).issue(name, [], lifetime=holder.longest + timedelta(seconds=1))


@pytest.mark.parametrize("wrong", ["command", "portal:x", "command:", f"command:{'A' * 42}", f"command:{'!' * 43}"])
def test_public_keys_that_are_none_are_refused_in_a_sentence_without_them(wrong: str) -> None:
    with pytest.raises(ValidationError, match=r"NAME:HALF|is no key"):
        Settings(public_keys=wrong)
    assert read_public_keys(" , ") == ()


def test_a_published_key_has_the_id_that_belongs_to_it() -> None:
    known, other = public_key(NEW, COMMAND), public_key(OLD, COMMAND)
    assert read_published([published(known)]) == {known.key_id: known}
    assert read_published([published(known, kid="later.x")]) == {}, "of a later release's holder"
    for wrong in ({"kid": other.key_id}, {"x": other.half}, {"kid": f"registry.{known.key_id.partition('.')[2]}x"}):
        with pytest.raises(ValueError, match="id of another"):
            read_published([published(known, **wrong)])
