"""Revocations are read whole before any token is accepted, and followed: a revoked token is refused within seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from isopolity.contracts.catalogue import REVOCATION, TOPICS
from isopolity.identity.actors import of_member, of_session, of_subject, of_token
from isopolity.identity.network_keys import REGISTRY
from isopolity.messaging.broker import Message, MessageBroker
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.messaging.kafka.broker import KafkaBroker
from isopolity.messaging.kafka.settings import KafkaSettings
from isopolity.runtime.process import running
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.revocations import RevocableTokens, RevocationReader, RevocationsUnknown
from isopolity.web.tokens import TokenRefused
from tests.support.keys import keys_of
from tests.support.polling import until
from tests.support.shared.idempotency import revoke
from tests.support.shared.note_service import NoteSettings, bearer, open_notes

HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


TOKENS = LocalTokens(["k" * 32], now)
OF_PEOPLE = LocalTokens(["k" * 32], now, name=REGISTRY)
"""Of registry: each belongs to a session."""


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[MessageBroker]:
    async with EmbeddedBroker.opened(tmp_path / "broker.db") as opened:
        await opened.ensure_topics(TOPICS)
        yield opened


@pytest.mark.parametrize("named", ["token", "subject", "member", "session"])
async def test_a_token_is_refused_by_its_id_its_subject_its_member_and_its_session(
    broker: MessageBroker, named: str
) -> None:
    token = OF_PEOPLE.issue("anna", ["member"], member_id="city-7", session_id="s1", lifetime=HOUR)
    principal = await OF_PEOPLE.verify(token)
    ids = {"token": of_token(principal.token_id), "subject": of_subject("anna"), "member": of_member("city-7")}
    ids["session"] = of_session("s1")
    other = OF_PEOPLE.issue("ben", ["member"], member_id="city-8", session_id="s2", lifetime=HOUR)
    await revoke(broker, ids[named])
    tokens = RevocableTokens(OF_PEOPLE, RevocationReader(broker, patience=60))
    with pytest.raises(TokenRefused, match="revoked"):
        await tokens.verify(token)
    assert (await tokens.verify(other)).subject == "ben"


async def test_a_token_issued_after_the_revocation_is_accepted(broker: MessageBroker) -> None:
    await revoke(broker, of_subject("anna"), now() - timedelta(seconds=2))
    token = TOKENS.issue("anna", ["staff"], lifetime=HOUR)
    assert (await RevocableTokens(TOKENS, RevocationReader(broker, patience=60)).verify(token)).subject == "anna"


async def test_a_token_of_an_ended_session_is_refused_whatever_the_clocks_say(broker: MessageBroker) -> None:
    await revoke(broker, of_session("s1"), now() - timedelta(minutes=5))
    tokens = RevocableTokens(OF_PEOPLE, RevocationReader(broker, patience=60))
    with pytest.raises(TokenRefused, match="revoked"):
        await tokens.verify(OF_PEOPLE.issue("anna", ["staff"], session_id="s1", lifetime=HOUR))
    assert (await tokens.verify(OF_PEOPLE.issue("anna", ["staff"], session_id="s2", lifetime=HOUR))).subject == "anna"


async def test_an_earlier_revocation_that_comes_late_takes_nothing_back(broker: MessageBroker) -> None:
    token, other = (TOKENS.issue(name, ["staff"], lifetime=HOUR) for name in ("anna", "ben"))
    reader = RevocationReader(broker, patience=60)
    async with running({"revocations": reader.run}):
        await revoke(broker, of_subject("anna"))
        await until(lambda: is_refused(reader, token), what="the revocation")
        await revoke(broker, of_subject("anna"), now() - HOUR)
        await revoke(broker, of_subject("ben"))
        await until(lambda: is_refused(reader, other), what="the last revocation")
        assert await is_refused(reader, token)


async def test_a_tombstone_ends_a_revocation(broker: MessageBroker) -> None:
    token = TOKENS.issue("anna", ["staff"], lifetime=HOUR)
    reader = RevocationReader(broker, patience=60)
    async with running({"revocations": reader.run}):
        await revoke(broker, of_subject("anna"))
        await until(lambda: is_refused(reader, token), what="the revocation")
        async with broker.producer() as producer:
            await producer.publish([Message(REVOCATION.name, of_subject("anna"), None)])
        await until(lambda: is_accepted(reader, token), what="its end")


async def test_what_is_no_revocation_is_passed_over(broker: MessageBroker) -> None:
    async with broker.producer() as producer:
        await producer.publish([Message(REVOCATION.name, "rubbish", b"rubbish")])
    await revoke(broker, of_subject("anna"))
    assert await is_refused(RevocationReader(broker, patience=60), TOKENS.issue("anna", ["staff"], lifetime=HOUR))


async def is_refused(reader: RevocationReader, token: str) -> bool:
    try:
        await RevocableTokens(TOKENS, reader).verify(token)
    except TokenRefused:
        return True
    return False


async def is_accepted(reader: RevocationReader, token: str) -> bool:
    return not await is_refused(reader, token)


async def test_a_running_service_refuses_a_revoked_token_within_seconds(tmp_path: Path, broker: MessageBroker) -> None:
    import httpx

    async with open_notes(NoteSettings(data=tmp_path, **keys_of("k" * 32)), broker=broker) as service:
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://notes") as client, running(service.tasks):
            headers = bearer("operator")
            assert (await client.get("/matching/v1/status", headers=headers)).status_code == 200
            await revoke(broker, of_subject("anna"))

            async def refused() -> bool:
                return (await client.get("/matching/v1/status", headers=headers)).status_code == 401

            await until(refused, what="the token refused")
            answer = await client.get("/matching/v1/status", headers=headers)
            assert answer.json()["detail"] == "The token has been revoked; get a new one."


@asynccontextmanager
async def nowhere() -> AsyncIterator[MessageBroker]:
    yield KafkaBroker(KafkaSettings(bootstrap_servers="127.0.0.1:1"))


async def test_before_the_list_has_been_read_no_token_is_accepted_and_readiness_says_so(tmp_path: Path) -> None:
    import httpx

    async with nowhere() as away:
        reader = RevocationReader(away, patience=0.05)
        assert await reader.check() == "the list of revoked tokens has not been read from the broker yet"
        with pytest.raises(RevocationsUnknown):
            await RevocableTokens(TOKENS, reader).verify(TOKENS.issue("anna", ["staff"], lifetime=HOUR))
    async with (
        EmbeddedBroker.opened(tmp_path / "broker.db") as broker,
        open_notes(NoteSettings(data=tmp_path, **keys_of("k" * 32)), broker=broker) as service,
    ):
        service.app.state.tokens = RevocableTokens(TOKENS, reader)
        transport = httpx.ASGITransport(service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://notes") as client:
            answer = await client.get("/matching/v1/status", headers=bearer("operator"))
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert "has not been read" in answer.json()["detail"]
            assert (await client.get("/matching/metrics")).status_code == 200


async def test_many_questions_before_the_first_reading_read_once(broker: MessageBroker) -> None:
    reader = RevocationReader(broker, patience=60)
    found = await asyncio.gather(*(reader.revoked_until(of_subject("anna")) for _ in range(5)))
    assert found == [None] * 5
    assert await reader.check() == "new revocations of tokens cannot be read from the broker"
