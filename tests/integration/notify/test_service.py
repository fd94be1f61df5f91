"""notify as it is wired: events come from a broker, mails go to the mail box, answers go back; operators look in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from pydantic import ValidationError

from isopolity.contracts.catalogue import RESPONSE, TOPICS
from isopolity.contracts.event import Data, Event
from isopolity.contracts.notify import ResponseReceived
from isopolity.contracts.registry import CanarySounded
from isopolity.machine.clock import system_clock, uuid7
from isopolity.messaging.broker import MessageBroker, Reader
from isopolity.messaging.codec import to_event, to_message
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.adapters.mailers import SmtpMailer
from isopolity.notify.application.letters import Letter
from isopolity.notify.bootstrap import open_mailer, open_notify
from isopolity.notify.domain.errors import OutcomeUnknown, SettingMissing
from isopolity.notify.settings import NotifySettings
from isopolity.runtime.process import running, settings_problem
from isopolity.runtime.service import Service
from isopolity.web.network_tokens import LocalTokens
from tests.support.keys import keys_of
from tests.support.notify.events import confirmation_event, contact_event, event, named, proposal_state
from tests.support.notify.known_contacts import registry_that_knows
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.polling import until
from tests.support.shared.migrated import filled_with_tables

KEY = "k" * 32


@asynccontextmanager
async def _started(
    folder: Path, broker: MessageBroker, mailer: FakeMailer | None = None
) -> AsyncIterator[tuple[Service, httpx.AsyncClient]]:
    settings = NotifySettings(data=folder, **keys_of(KEY), public_url="http://notify.example")
    await filled_with_tables(settings.database_url, "isopolity.notify")
    registry = httpx.AsyncClient(transport=registry_that_knows(named))
    async with registry, open_notify(settings, broker=broker, mailer=mailer, http_client=registry) as service:
        transport = httpx.ASGITransport(service.app)
        client = httpx.AsyncClient(transport=transport, base_url="http://notify.example")
        async with client, running(service.tasks):
            yield service, client


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[MessageBroker]:
    async with EmbeddedBroker.opened(tmp_path / "broker.db") as opened:
        await opened.ensure_topics(TOPICS)
        yield opened


async def _propose(broker: MessageBroker) -> None:
    now = system_clock()
    state = proposal_state().model_copy(update={"issued_at": now, "answer_by": now + timedelta(days=21)})
    issued = event("isopolity.matching.proposal.issued.v1", state)
    async with broker.producer() as producer:
        await producer.publish([to_message(e) for e in (contact_event("a"), contact_event("b"), issued)])


def _bearer(*scopes: str) -> dict[str, str]:
    token = LocalTokens([KEY], system_clock).issue("test", scopes, lifetime=timedelta(minutes=5))
    return {"Authorization": f"Bearer {token}"}


async def _mails(client: httpx.AsyncClient, **query: str) -> list[dict[str, str]]:
    listing = await client.get("/notify/v1/mails", params=query, headers=_bearer("operator"))
    items: list[dict[str, str]] = listing.raise_for_status().json()["items"]
    return items


async def test_a_proposal_becomes_two_mails_in_the_mail_box_and_an_answer_an_event(
    tmp_path: Path, broker: MessageBroker
) -> None:
    async with _started(tmp_path, broker) as (_, client):
        await _propose(broker)
        box = tmp_path / "mailbox" / "new"
        await until(lambda: len(list(box.glob("*"))) == 2, what="two mails")
        content = next(box.glob("*")).read_text().replace("=\n", "").replace("=3D", "=")
        link = content.partition("http://notify.example")[2].split()[0]
        assert (await client.post(link, data={"choice": "yes"})).status_code == 303
        async with broker.reader([RESPONSE.name]) as reader:
            received: list[Event[Data]] = []
            await until(lambda: _received(reader, received), what="the response")
    assert [event.data.answer for event in received if isinstance(event.data, ResponseReceived)] == ["yes"]


async def _received(reader: Reader, events: list[Event[Data]]) -> bool:
    for batch in await reader.fetch(limit=10, timeout=1):
        events += [to_event(record) for record in batch.records]
    return any(isinstance(event.data, ResponseReceived) for event in events)


async def test_addresses_are_shown_to_staff_only(tmp_path: Path, broker: MessageBroker) -> None:
    async with _started(tmp_path, broker) as (_, client):
        await _propose(broker)
        await until(lambda: _all_sent(client), what="mails sent")
        (first, second) = await _mails(client, outcome="sent")
        address = f"/notify/v1/mails/{first['mail_id']}"
        assert "city.example" not in (await client.get(address, headers=_bearer("operator"))).text
        shown = (await client.get(address, headers=_bearer("staff"))).json()
        assert shown["recipient"]["email"] == f"{first['side']}@city.example"
        assert [name for name in ("member_id", "answer_by") if first[name] != shown[name]] == []
        told = ("member", "other")
        assert [first[name] for name in told if first[name]] == []
        listed = (await client.get("/notify/v1/mails", headers=_bearer("staff"))).json()["items"]
        assert listed[0] == first | {name: shown[name] for name in told}
        assert listed[0]["member"] == listed[1]["other"] != listed[1]["member"] == listed[0]["other"]
        assert listed[0]["answer_by"]
        assert (await client.get(address)).status_code == 401
        assert (await client.get(address, headers=_bearer("member"))).status_code == 403
        assert (await client.get("/notify/v1/mails/none", headers=_bearer("staff"))).status_code == 404
        page = (await client.get("/notify/v1/mails?limit=1", headers=_bearer("operator"))).json()
        rest = (await client.get(f"/notify/v1/mails?cursor={page['next']}", headers=_bearer("operator"))).json()
        assert [page["items"][0]["mail_id"], rest["items"][0]["mail_id"]] == [first["mail_id"], second["mail_id"]]
        assert rest["next"] is None


async def _all_sent(client: httpx.AsyncClient) -> bool:
    return len(await _mails(client, outcome="sent")) == 2


async def test_an_unknown_mail_is_listed_counted_and_resolved_by_a_person(
    tmp_path: Path, broker: MessageBroker
) -> None:
    mailer = FakeMailer(at_transmit={"a@city.example": OutcomeUnknown("connection-lost-in-data")})
    async with _started(tmp_path, broker, mailer) as (service, client):
        await _propose(broker)
        await until(lambda: _count(client, "unknown", 1), what="an unknown mail")
        assert service.vitals.counts is not None
        assert (await service.vitals.counts())["mails_unknown"] == 1
        (mail,) = await _mails(client, outcome="unknown")
        address = f"/notify/v1/mails/{mail['mail_id']}/resolve"
        assert (await client.post(address, json={"as": "lost"}, headers=_bearer("operator"))).status_code == 422
        mailer.at_transmit.clear()
        resolved = await client.post(address, json={"as": "send-again"}, headers=_bearer("operator"))
        assert resolved.status_code == 200
        await until(lambda: _count(client, "sent", 2), what="the mail sent again")
        again = await client.post(address, json={"as": "sent"}, headers=_bearer("operator"))
        assert (again.status_code, again.json()["type"]) == (409, "urn:isopolity:problem:mail-not-unknown")


async def _count(client: httpx.AsyncClient, outcome: str, expected: int) -> bool:
    return len(await _mails(client, outcome=outcome)) == expected


async def test_a_stop_finishes_the_mails_in_flight(tmp_path: Path, broker: MessageBroker) -> None:
    in_flight: list[str] = []
    may_end = asyncio.Event()

    class SlowMailer(FakeMailer):
        async def transmit(self, letter: Letter) -> None:
            in_flight.append(letter.mail_id)
            await may_end.wait()
            await super().transmit(letter)

    slow = SlowMailer()
    async with _started(tmp_path, broker, slow):
        await _propose(broker)
        await until(lambda: len(in_flight) == 2, what="two mails in flight")
        asyncio.get_running_loop().call_later(0.1, may_end.set)
    assert len(slow.delivered) == 2
    async with _started(tmp_path, broker) as (_, client):
        assert {mail["state"] for mail in await _mails(client)} == {"sent"}


async def test_the_canary_is_seen(tmp_path: Path, broker: MessageBroker) -> None:
    async with _started(tmp_path, broker) as (service, _):
        sounded = system_clock()
        relayed = event("isopolity.matching.canary.relayed.v1", CanarySounded(canary_id=uuid7(), sounded_at=sounded))
        async with broker.producer() as producer:
            await producer.publish([to_message(relayed)])
        canary = service.vitals.canary
        assert canary is not None

        async def seen() -> bool:
            return await canary() == sounded

        await until(seen, what="the canary")


async def test_without_a_key_for_answer_links_it_says_which_setting_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing, match="Set ISOPOLITY_NOTIFY_KEY to a secret"):
        async with open_notify(NotifySettings(data=tmp_path, token_keys="")):
            pass


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("MAIL_FROM", "nobody", "write an ASCII address"),
        ("REHEARSAL", "office", "write an ASCII address"),
        ("SMTP_TLS", "ssl", "'none', 'starttls' or 'implicit'"),
        ("SMTP_PORT", "0", "greater than or equal to 1"),
        ("LINK_KEYS", "short", "32 characters or more"),
        ("MAIL_CATCHER", "mailpit", "string_pattern_mismatch"),
    ],
)
def test_a_wrong_setting_says_what_to_write(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"ISOPOLITY_{setting}", value)
    with pytest.raises(ValidationError, match=sentence):
        NotifySettings()


@pytest.mark.parametrize("secret", ["USERNAME", "PASSWORD"])
def test_credentials_without_tls_are_refused(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("ISOPOLITY_SMTP_HOST", "mail.city.example")
    monkeypatch.setenv(f"ISOPOLITY_SMTP_{secret}", "hunter2hunter2")
    for tls in ("", "starttls", "implicit"):
        monkeypatch.setenv("ISOPOLITY_SMTP_TLS", tls)
        assert NotifySettings().smtp_tls == (tls or "starttls")
    monkeypatch.setenv("ISOPOLITY_SMTP_TLS", "none")
    with pytest.raises(ValidationError, match="would go in clear: set ISOPOLITY_SMTP_TLS to starttls") as refused:
        NotifySettings()
    assert "hunter2" not in settings_problem(refused.value)
    monkeypatch.delenv(f"ISOPOLITY_SMTP_{secret}")
    assert NotifySettings().smtp_tls == "none"


def test_compose_sends_in_clear_to_its_own_mailpit_only() -> None:
    compose = yaml.safe_load(Path("docker-compose.yml").read_text(encoding="utf-8"))
    for name in ("notify", "cli"):
        environment = compose["services"][name]["environment"]
        assert environment["ISOPOLITY_MAIL_CATCHER"] == "mailpit:1025"
        given = {key: value for key, value in environment.items() if key.startswith("ISOPOLITY_SMTP_")}
        assert given == {key: f"${{{key}:-}}" for key in given}
        assert "ISOPOLITY_SMTP_TLS" in given


@pytest.mark.parametrize("page", ["answer", "confirm"])
def test_the_proxy_writes_no_secret_of_a_link_into_its_logs(page: str) -> None:
    lines = Path("deploy/proxy/nginx.conf").read_text(encoding="utf-8").splitlines()
    (location,) = [line for line in lines if f"location /notify/{page}/" in line]
    assert "access_log off; error_log /dev/null crit;" in location


def test_a_mail_server_is_preferred_to_the_one_for_trying_out() -> None:
    caught = NotifySettings(mail_catcher="mailpit:1025")
    own = NotifySettings(mail_catcher="mailpit:1025", smtp_host="mail.city.example")
    for settings, host, port, tls in ((caught, "mailpit", 1025, False), (own, "mail.city.example", 587, True)):
        mailer = open_mailer(settings)
        assert isinstance(mailer, SmtpMailer)
        assert (mailer.server.host, mailer.server.port, mailer.server.tls == "starttls") == (host, port, tls)


def test_keys_for_links_are_no_token_keys() -> None:
    made = NotifySettings(token_keys=f"{KEY},{'o' * 32}")
    assert len(set(made.answer_link_keys) | set(made.earlier_keys)) == 4
    assert NotifySettings(link_keys="l" * 32).answer_link_keys == ("l" * 32,)
    with pytest.raises(ValidationError, match="share a key"):
        NotifySettings(token_keys=KEY, link_keys=f"{'l' * 32}, {KEY}")


async def test_staff_voids_a_link_and_nobody_else(tmp_path: Path, broker: MessageBroker) -> None:
    async with _started(tmp_path, broker) as (_, client):
        await _propose(broker)
        await until(lambda: _all_sent(client), what="mails sent")
        mail = (await _mails(client, outcome="sent"))[0]
        route = f"/notify/v1/mails/{mail['mail_id']}/void-link"
        assert (await client.post(route)).status_code == 401
        for scope in ("member", "operator"):
            assert (await client.post(route, headers=_bearer(scope))).status_code == 403
        voided = await client.post(route, headers=_bearer("staff"))
        assert voided.status_code == 200
        assert voided.json()["link_voided_at"] is not None
        missing = await client.post("/notify/v1/mails/none/void-link", headers=_bearer("staff"))
        assert (missing.status_code, missing.json()["type"]) == (404, "urn:isopolity:problem:no-mail")


async def test_a_mail_about_no_proposal_is_listed_with_neither_proposal_nor_side(
    tmp_path: Path, broker: MessageBroker
) -> None:
    async with _started(tmp_path, broker) as (_, client):
        async with broker.producer() as producer:
            await producer.publish([to_message(confirmation_event())])
        await until(lambda: _count(client, "suppressed", 1), what="the mail of a confirmation that has ended")
        (mail,) = await _mails(client, outcome="suppressed")
        assert (mail["purpose"], mail["reason"]) == ("confirmation", "confirmation-ended")
        assert not any([mail["proposal_id"], mail["side"], mail["contact_id"]])
        shown = await client.get(f"/notify/v1/mails/{mail['mail_id']}", headers=_bearer("staff"))
        assert shown.json()["recipient"] is None
        route = f"/notify/v1/mails/{mail['mail_id']}/void-link"
        refused = await client.post(route, headers=_bearer("staff"))
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:isopolity:problem:mail-without-link")


async def test_what_people_write_with_an_answer_is_for_staff_alone(tmp_path: Path, broker: MessageBroker) -> None:
    async with _started(tmp_path, broker) as (_, client):
        await _propose(broker)
        box = tmp_path / "mailbox" / "new"
        await until(lambda: len(list(box.glob("*"))) == 2, what="two mails")
        for number, file in enumerate(sorted(box.glob("*"))):
            link = (
                file.read_text().replace("=\n", "").replace("=3D", "=").partition("http://notify.example")[2].split()[0]
            )
            answer = {"choice": "later", "reason": f"after the election {number}"}
            assert (await client.post(link, data=answer)).status_code == 303
        path = "/notify/v1/feedback"
        first = (await client.get(path, params={"limit": 1}, headers=_bearer("staff"))).raise_for_status().json()
        rest = (await client.get(path, params={"cursor": first["next"]}, headers=_bearer("staff"))).json()
        said = [entry["reason"] for entry in first["items"] + rest["items"]]
        assert said == ["after the election 1", "after the election 0"]
        named = {
            (each["side"], each["member"]["name"], each["other"]["name"]) for each in first["items"] + rest["items"]
        }
        assert named == {("a", "Turku", "Medellín"), ("b", "Medellín", "Turku")}
        assert rest["next"] is None
        assert (await client.get(path, headers=_bearer("operator"))).status_code == 403
        assert (await client.get(path)).status_code == 401


async def test_a_misspelt_filter_is_refused_by_the_api_but_a_page_forgives_it(
    tmp_path: Path, broker: MessageBroker
) -> None:
    async with _started(tmp_path, broker) as (_, client):
        refused = await client.get("/notify/v1/mails", params={"outcom": "sent"}, headers=_bearer("staff"))
        assert refused.status_code == 422
        assert "outcome" in refused.json()["errors"][0]["detail"]
        page = await client.get("/notify/answer/forged", params={"utm_source": "mail"})
        assert page.status_code == 404
