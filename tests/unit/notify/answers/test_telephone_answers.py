"""An answer by telephone: staff enters it, all contacts are mailed, and a yes counts once a contact confirms it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from isopolity.contracts.answers import Choice
from isopolity.contracts.notify import ResponseReceived
from isopolity.notify.application.answers import Reply
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.domain.telephone import MOST_ENTRIES
from isopolity.notify.entrypoints.http.context import ENTRIES
from tests.support.notify.bench import NotifyBench, bench_in_memory, by
from tests.support.notify.events import DEADLINE, PROPOSAL_ID, contact, contact_event, proposal_event
from tests.support.notify.letters import parts

PATH = f"/notify/v1/telephone-answers/{PROPOSAL_ID}/member-a"
STAFF = by("otto", None, "staff:answer")
Act = Callable[[NotifyBench], Awaitable[object]]


@pytest.fixture
async def client(bench: NotifyBench) -> AsyncIterator[httpx.AsyncClient]:
    await prepared(bench)
    async with bench.client() as opened:
        yield opened


async def prepared(bench: NotifyBench, *, role: str = "deputy") -> None:
    """A proposal that was mailed; side a has a second contact."""
    second = replace(contact("a"), contact_id="contact-c", name="Kaisa Second", email="c@city.example", role=role)
    bench.directory.contacts["contact-c"] = second
    await bench.handle(contact_event("a"), contact_event("b"), contact_event("c"), proposal_event())
    await bench.sender().send_due()
    bench.mailer.delivered.clear()


async def enter(client: httpx.AsyncClient, choice: str = "yes", **changes: Any) -> httpx.Response:
    seen = (await client.get(PATH, headers=STAFF)).json()["seen"]
    order = {"choice": choice, "given_by": "Aino Laine", "taken_by": "Otto Berg", "given_on": "2026-11-25"}
    return await client.post(PATH, json=order | {"seen": seen} | changes, headers=STAFF)


async def answers(bench: NotifyBench) -> list[tuple[str, str]]:
    published = [event.data for event in await bench.published("response")]
    return [(each.side, each.answer) for each in published if isinstance(each, ResponseReceived)]


async def letters(bench: NotifyBench) -> dict[str, str]:
    """The plain texts that go out now, by address."""
    await bench.sender().send_due()
    sent, bench.mailer.delivered = list(bench.mailer.delivered), []
    return {letter.recipient: parts(letter)[0] for letter in sent}


async def link_to(bench: NotifyBench, address: str) -> str:
    (found,) = re.findall(r"notify\.example(/notify/answer/\S+)", (await letters(bench))[address])
    return str(found)


@pytest.mark.parametrize("choice", ["no", "later"])
async def test_no_and_later_count_when_entered(bench: NotifyBench, client: httpx.AsyncClient, choice: str) -> None:
    entered = await enter(client, choice)
    assert (entered.status_code, entered.json()["answer"]) == (200, choice)
    assert await answers(bench) == [("a", choice)]
    mailed = await letters(bench)
    assert mailed.keys() == {"a@city.example", "c@city.example"}
    assert all("25 November 2026 Aino Laine told Otto Berg by telephone" in text for text in mailed.values())
    assert not any("/notify/answer/" in text for text in mailed.values())


async def test_a_yes_counts_once_a_contact_confirms_it(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    entered = (await enter(client)).json()
    assert (entered["answer"], entered["is_unconfirmed"], entered["contacts"]) == (None, True, 2)
    link = await link_to(bench, "c@city.example")
    page = await client.get(link)
    assert (page.status_code, "Confirm the yes" in page.text) == (200, True)
    assert await answers(bench) == []
    assert (await client.post(link)).status_code == 303
    assert await answers(bench) == [("a", "yes")]
    assert "You said yes" in (await client.get(link)).text
    assert "You said yes" in (await client.post(link)).text
    after = (await client.get(PATH, headers=STAFF)).json()
    assert (after["answer"], after["is_unconfirmed"]) == ("yes", False)


async def test_where_there_is_an_approver_the_approver_confirms(bench: NotifyBench) -> None:
    await prepared(bench, role="approver")
    async with bench.client() as client:
        assert (await enter(client)).json()["needs_approver"]
        await bench.sender().send_due()
        texts = {letter.recipient: parts(letter)[0] for letter in bench.mailer.delivered}
        links = {to: re.findall(r"notify\.example(/notify/answer/\S+)", text)[0] for to, text in texts.items()}
        refused = await client.post(links["a@city.example"])
        assert (refused.status_code, "Your approver has to confirm" in refused.text) == (409, True)
        assert await answers(bench) == []
        assert (await client.post(links["c@city.example"])).status_code == 303
    assert await answers(bench) == [("a", "yes")]


async def test_an_unconfirmed_yes_is_no_answer_at_the_deadline(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await enter(client)
    link = await link_to(bench, "a@city.example")
    bench.clock.now = DEADLINE + timedelta(seconds=1)
    assert (await client.post(link)).status_code == 410
    assert await answers(bench) == []
    late = await enter(client, "no")
    assert (late.status_code, late.json()["code"]) == (409, "proposal-settled")
    assert late.json()["detail"] == "The time of this member to answer is over, so that no answer can be entered."


async def test_the_same_form_sent_twice_is_entered_once(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    seen = (await client.get(PATH, headers=STAFF)).json()["seen"]
    first, again = [await enter(client, "no", seen=seen) for _ in range(2)]
    assert (again.status_code, again.content) == (200, first.content)
    assert await answers(bench) == [("a", "no")]
    assert len(await letters(bench)) == 2
    other = await enter(client, "yes")
    assert (other.status_code, other.json()["code"]) == (409, "already-answered")


async def test_a_form_from_before_the_members_own_answer_is_stale(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    seen = (await client.get(PATH, headers=STAFF)).json()["seen"]
    await bench.answer("a", PROPOSAL_ID, Reply(choice=Choice.LATER))
    stale = await enter(client, "no", seen=seen)
    assert (stale.status_code, stale.json()["code"]) == (412, "entered-meanwhile")
    assert await answers(bench) == [("a", "later")]


async def test_another_entry_ends_the_links_before_it(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await enter(client)
    link = await link_to(bench, "a@city.example")
    await enter(client, "later")
    assert (await client.post(link)).status_code == 410
    assert await answers(bench) == [("a", "later")]


async def test_a_link_ends_when_its_contact_gets_another_address(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await enter(client)
    link = await link_to(bench, "a@city.example")
    bench.directory.contacts["contact-a"] = replace(contact("a", 2), email="ville@city.example")
    await bench.handle(contact_event("a", 2))
    assert [(await client.get(link)).status_code, (await client.post(link)).status_code] == [410, 410]
    assert await answers(bench) == []


async def test_a_person_enters_only_so_many_answers_at_once(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    seen = (await client.get(PATH, headers=STAFF)).json()["seen"]
    for _ in range(int(ENTRIES.burst)):
        assert (await enter(client, "later", seen=seen)).status_code == 200
    refused = await enter(client, "later", seen=seen)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    assert refused.json()["detail"].startswith("You have entered many answers in a short time; try again in ")
    assert int(refused.headers["Retry-After"]) >= 1


async def test_staff_ends_a_link_that_got_into_the_wrong_hands(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await enter(client)
    mails = {mail.contact_id: mail for mail in await bench.mails() if mail.purpose is Purpose.TELEPHONE}
    await bench.void_link(mails["contact-c"].mail_id)
    sent = await letters(bench)
    assert sent.keys() == {"a@city.example"}
    await bench.void_link(mails["contact-a"].mail_id)
    (link,) = re.findall(r"notify\.example(/notify/answer/\S+)", sent["a@city.example"])
    assert [(await client.get(link)).status_code, (await client.post(link)).status_code] == [410, 410]
    assert await answers(bench) == []


async def test_mails_of_an_entry_that_was_replaced_are_not_sent(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await enter(client)
    await enter(client, "no")
    assert all("says no" in text for text in (await letters(bench)).values())
    reasons = [mail.reason for mail in await bench.mails() if mail.state is MailState.SUPPRESSED]
    assert reasons == ["call-replaced", "call-replaced"]


async def test_staff_enters_an_answer_only_so_often(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    for number in range(MOST_ENTRIES):
        assert (await enter(client, "later", given_by=f"Caller {number}")).status_code == 200
    refused = await enter(client, "later", given_by="Caller again")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-entries")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"given_on": "2026-11-24"}, "answer-invalid"),
        ({"given_on": "2026-11-26"}, "answer-invalid"),
        ({"given_by": " "}, "invalid-request"),
        ({"choice": "pending"}, "invalid-request"),
    ],
)
async def test_what_is_no_answer_is_refused(
    bench: NotifyBench, client: httpx.AsyncClient, changes: dict[str, str], code: str
) -> None:
    refused = await enter(client, **{"choice": "no", **changes})
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert await answers(bench) == []


@pytest.mark.parametrize("scope", ["staff:publish", "staff:endorse", "staff:read", "operator"])
async def test_other_rights_do_not_enter_answers(client: httpx.AsyncClient, scope: str) -> None:
    order = {"choice": "no", "given_by": "A", "taken_by": "B", "given_on": "2026-11-25", "seen": "/"}
    assert (await client.post(PATH, json=order, headers=by("otto", None, scope))).status_code == 403


async def test_an_erased_contact_leaves_no_name_of_a_caller(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await enter(client)
    link = await link_to(bench, "a@city.example")
    await bench.handle(contact_event("c", 2, "erased"))
    assert (await client.get(PATH, headers=STAFF)).json()["entered"]["given_by"] is None
    assert "Somebody told Otto Berg" in (await client.get(link)).text


async def test_a_yes_that_no_contact_confirms_is_listed_until_it_counts_or_the_side_may_not_answer(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    async def listed() -> list[tuple[str, str, str]]:
        items = (await client.get("/notify/v1/telephone-answers/unconfirmed", headers=STAFF)).json()["items"]
        return [(each["proposal_id"], each["member_kind"], each["member_id"]) for each in items]

    assert await listed() == []
    await enter(client)
    assert await listed() == [(PROPOSAL_ID, "city", "member-a")]
    await bench.answer("b", PROPOSAL_ID, Reply(choice=Choice.NO))
    assert await listed() == [(PROPOSAL_ID, "city", "member-a")], "whatever the other side says"
    await enter(client, "later")
    assert await listed() == []
    await enter(client)
    await bench.answer("a", PROPOSAL_ID, Reply(choice=Choice.NO))
    assert await listed() == []


async def test_an_unconfirmed_yes_is_listed_until_the_days_of_its_side_are_over(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    await enter(client)
    bench.clock.now = DEADLINE + timedelta(days=2)
    found = await client.get("/notify/v1/telephone-answers/unconfirmed", headers=STAFF)
    assert found.json() == {"items": []}


async def test_a_member_reads_what_was_entered_for_it(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await enter(client, "later")
    own, other = [
        (await client.get("/notify/v1/telephone-answers", headers=by(*who))).json()["items"]
        for who in (("contact-a", "member-a"), ("contact-b", "member-b"))
    ]
    assert [(each["proposal_id"], each["choice"], each["given_by"]) for each in own] == [
        (PROPOSAL_ID, "later", "Aino Laine")
    ]
    assert other == []


async def nothing(_bench: NotifyBench) -> None:
    pass


def says(choice: Choice) -> Act:
    async def act(bench: NotifyBench) -> None:
        await bench.answer("b", PROPOSAL_ID, Reply(choice=choice))

    return act


async def lapses(bench: NotifyBench) -> None:
    await bench.handle(proposal_event("answered", 2, lapsed_by="b"))


@pytest.mark.parametrize("act", [says(Choice.YES), says(Choice.NO), says(Choice.LATER), lapses])
@pytest.mark.parametrize("choice", ["yes", "no", "later"])
async def test_page_receipt_and_mails_are_equal_whatever_the_other_side_did(act: Act, choice: str) -> None:
    assert await life(act, choice) == await life(nothing, choice)


async def life(act: Act, choice: str) -> list[str]:
    """All that staff and contacts read of an answer by telephone, with ids and links masked."""
    bench = bench_in_memory()
    await prepared(bench)
    await act(bench)
    seen = []
    async with bench.client() as client:
        seen.append((await client.get(PATH, headers=STAFF)).text)
        entered = await enter(client, choice)
        seen.append(entered.text)
        await bench.sender().send_due()
        sent = sorted(bench.mailer.delivered, key=lambda letter: letter.recipient)
        ids = {mail.mail_id: f"mail {number}" for number, mail in enumerate(await bench.mails())}
        for letter in sent:
            seen += [letter.recipient, *parts(letter)]
            for link in re.findall(r"notify\.example(/notify/answer/\S+)", parts(letter)[0]):
                seen += [(await client.get(link)).text, (await client.post(link)).text, (await client.get(link)).text]
        seen.append((await client.get(PATH, headers=STAFF)).text)
        assert len(sent) == 2
        purposes = [mail.purpose for mail in await bench.mails() if mail.mail_id in ids]
        assert purposes.count(Purpose.TELEPHONE) == 2
    uuid = r"[0-9a-f]{8}-[0-9a-f-]{27}"
    return [re.sub(r"/notify/answer/[\w.=-]+", "/notify/answer/LINK", re.sub(uuid, "ID", each)) for each in seen]
