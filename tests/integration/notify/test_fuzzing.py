"""notify answers whatever Schemathesis sends, on both databases, and its answer pages whatever a stranger does."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import given, seed
from hypothesis import strategies as st
from schemathesis import GenerationMode

from isopolity.contracts.catalogue import TOPICS
from isopolity.machine.clock import system_clock
from isopolity.messaging.codec import to_message
from isopolity.messaging.embedded.broker import EmbeddedBroker
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.domain.errors import OutcomeUnknown
from isopolity.notify.settings import NotifySettings
from isopolity.runtime.process import running
from isopolity.web.network_tokens import LocalTokens
from tests.support.fuzzing import HOSTILE, MODES, Target, bounded, operations_of
from tests.support.keys import keys_of
from tests.support.notify.events import PROPOSAL_ID, contact_event, event, named, proposal_state, unsent
from tests.support.notify.known_contacts import registry_that_knows
from tests.support.notify.memory_mailer import FakeMailer
from tests.support.polling import until
from tests.support.servers.provision import ONE_DATABASE, empty_database
from tests.support.shared.migrated import open_migrated

KEY = "k" * 32
BEARER = {
    "Authorization": "Bearer "
    + LocalTokens([KEY], system_clock).issue(
        "contact-a", ["staff", "operator", "member"], member_id="member-a", lifetime=timedelta(hours=5)
    )
}
"""Of somebody who is a contact of the one side as well as staff."""
LINK_KEY = "l" * 32
LINKS = SignedAnswerLinks([LINK_KEY], "http://notify.example")
LABELS = (
    "GET /notify/v1/feedback",
    "GET /notify/v1/introductions",
    "GET /notify/v1/listed-members",
    "GET /notify/v1/mail-server",
    "GET /notify/v1/mails",
    "GET /notify/v1/mails/{mail_id}",
    "GET /notify/v1/proposals/{proposal_id}/answer",
    "GET /notify/v1/telephone-answers",
    "GET /notify/v1/telephone-answers/unconfirmed",
    "GET /notify/v1/telephone-answers/{proposal_id}/{member_id}",
    "GET /notify/v1/unarrived",
    "GET /notify/v1/unreached",
    "POST /notify/v1/mail-server/try",
    "POST /notify/v1/nudges",
    "POST /notify/v1/previews",
    "POST /notify/v1/proposals/{proposal_id}/answer",
    "POST /notify/v1/telephone-answers/{proposal_id}/{member_id}",
    "POST /notify/v1/unarrived/again",
    "POST /notify/v1/unarrived/preview",
    "POST /notify/v1/mails/{mail_id}/resolve",
    "POST /notify/v1/mails/{mail_id}/void-link",
    "POST /notify/v1/mails/{mail_id}/mail-again",
)


@asynccontextmanager
async def with_an_unknown_mail(folder: Path, url: str) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A client of notify, which was told of a proposal, and the id of a mail of which nobody knows whether it went."""
    settings = NotifySettings(data=folder, **keys_of(KEY) | {"link_keys": LINK_KEY}, public_url="http://notify.example")
    mailer = FakeMailer(at_transmit={"a@city.example": OutcomeUnknown("connection-lost-in-data")})
    database = await open_migrated(url, "isopolity.notify")
    now = system_clock()
    state = proposal_state().model_copy(update={"issued_at": now, "answer_by": now + timedelta(days=21)})
    async with EmbeddedBroker.opened(folder / "broker.db") as broker:
        await broker.ensure_topics(TOPICS)
        async with broker.producer() as producer:
            issued = event("isopolity.matching.proposal.issued.v1", state)
            await producer.publish([to_message(each) for each in (contact_event("a"), contact_event("b"), issued)])
        async with (
            httpx.AsyncClient(transport=registry_that_knows(named)) as registry,
            open_notify(settings, broker=broker, database=database, mailer=mailer, http_client=registry) as service,
            httpx.AsyncClient(
                transport=httpx.ASGITransport(service.app, raise_app_exceptions=False), base_url="http://notify"
            ) as client,
            running(service.tasks),
        ):

            async def unknown() -> list[dict[str, str]]:
                listing = await client.get("/notify/v1/mails?outcome=unknown", headers=BEARER)
                items: list[dict[str, str]] = listing.raise_for_status().json()["items"]
                return items

            async def known() -> bool:
                return bool(await unknown())

            await until(known, what="an unknown mail")
            yield client, (await unknown())[0]["mail_id"]
    await database.close()


@pytest.fixture(scope="module", params=ONE_DATABASE)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder: Path = tmp_path_factory.mktemp("fuzzing")
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        url = f"sqlite+aiosqlite:///{folder / 'notify.db'}"
        if request.param == "postgres":
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(portal.wrap_async_context_manager(empty_database(server)))
        client, mail = stack.enter_context(portal.wrap_async_context_manager(with_an_unknown_mail(folder, url)))
        existing = {"/v1/mails/[^/?]+": f"/v1/mails/{mail}", "/v1/proposals/[^/?]+": f"/v1/proposals/{PROPOSAL_ID}"}
        yield Target.of(portal, client, "/notify/openapi.json", BEARER, existing)


def test_every_operation_is_in_the_document(target: Target) -> None:
    assert target.labels() == {*LABELS, *operations_of("notify"), "POST /notify/v1/states/republish"}


@pytest.mark.long
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("mode", MODES, ids=["allowed", "forbidden"])
def test_no_request_is_answered_with_a_server_error(target: Target, label: str, mode: GenerationMode) -> None:
    target.fuzz(label, mode)


TEXTS = st.sampled_from(HOSTILE) | st.text(max_size=40) | st.just("x" * 5_000)
DATES = st.dates().map(str) | st.sampled_from(["2027-01-31", "0000-00-00", "99999-01-01", ""]) | TEXTS
FORMS = st.fixed_dictionaries(
    {},
    optional={
        "choice": st.sampled_from(["yes", "yes-pending", "later", "no", ""]) | TEXTS,
        "pending_until": DATES,
        "reason": TEXTS,
        "other": TEXTS,
    },
)
MAILED = "mailed"
TOKENS = st.sampled_from(
    [
        MAILED,
        LINKS.issue(unsent(PROPOSAL_ID, "b"), "b@city.example"),
        LINKS.issue(unsent("no-such-proposal", "a"), "a@city.example"),
        LINKS.issue(unsent(PROPOSAL_ID, "c"), "a@city.example"),
        "http://notify.example/notify/answer/forged",
        "http://notify.example/notify/answer/%00",
        "http://notify.example/notify/answer/%ed%a0%80",
    ]
).map(lambda link: link.removeprefix("http://notify.example"))


@pytest.fixture(scope="module")
def mailed(target: Target) -> str:
    """The path of an answer link that stands; its mail is not the one whose link the tests above end."""
    mails = target.ask("GET", "/notify/v1/mails", b"", list(BEARER.items())).json()["items"]
    (mail,) = (each for each in mails if each["side"] == "b")
    link = LINKS.issue(unsent(PROPOSAL_ID, "b", mail["mail_id"]), "b@city.example")
    return link.removeprefix("http://notify.example")


def test_the_answer_link_that_is_fuzzed_stands(target: Target, mailed: str) -> None:
    assert target.ask("GET", mailed, b"", []).status_code == 200


MULTIPART = "multipart/form-data; boundary=x"
TYPES = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=base64",
        MULTIPART,
        f"{MULTIPART}; charset=base64",
        "application/json",
        "",
        "text/html; charset=\x7f",
    ]
)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_answer_page_is_a_server_error(target: Target, mailed: str, method: str) -> None:
    @seed(7)
    @bounded(100)
    @given(path=TOKENS, form=FORMS, content_type=TYPES, language=TEXTS, existing=st.booleans())
    def send(path: str, form: dict[str, str], content_type: str, language: str, existing: bool) -> None:
        fields = urlencode(form, errors="surrogatepass")
        body = _parts(form) if content_type.startswith("multipart") else fields.encode()
        if content_type == "application/json":
            body = json.dumps(form).encode()
        query = f"?{fields}" if method == "GET" and existing else ""
        sent = [("Content-Type", content_type), ("Accept-Language", language)]
        path = mailed if path == MAILED else path
        answer = target.ask(method, path + query, body if method == "POST" else b"", sent)
        assert answer.status_code < 500, f"{path} {form} {content_type}: {answer.text}"

    send()


def _parts(form: dict[str, str]) -> bytes:
    parts = [
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (name.encode(), value.encode("utf-8", "surrogatepass"))
        for name, value in form.items()
    ]
    return b"".join([*parts, b"--x--\r\n"])
