"""The answer page: looking changes nothing, an answer counts once, and no link shows more than it may."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import NoReturn

import httpx
import pytest
from itsdangerous import URLSafeSerializer

from isopolity.contracts.answers import Choice
from isopolity.contracts.notify import ResponseReceived
from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.domain.errors import Refused
from isopolity.persistence.database import DatabaseUnavailable
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    DEADLINE,
    PROPOSAL_ID,
    REASONS,
    START,
    contact,
    contact_event,
    ended_event,
    proposal_event,
    unsent,
)
from tests.support.notify.fakes import FakeStore


@pytest.fixture
async def client(bench: NotifyBench) -> AsyncIterator[httpx.AsyncClient]:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    async with bench.client() as opened:
        yield opened


async def path(bench: NotifyBench, side: str = "a", proposal_id: str = PROPOSAL_ID) -> str:
    return f"/notify/answer/{await bench.token(side, proposal_id)}"


async def responses(bench: NotifyBench) -> list[ResponseReceived]:
    return [event.data for event in await bench.published("response") if isinstance(event.data, ResponseReceived)]


async def test_looking_shows_the_proposal_with_its_reasons_and_changes_nothing(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    for query in ("", "?choice=yes", "?choice=no", "?choice=<script>"):
        page = await client.get(await path(bench) + query)
        assert page.status_code == 200
        assert "Medellín" in page.text
        assert REASONS["a"][0] in page.text
        assert REASONS["b"][0] not in page.text
        assert "<script" not in page.text
    assert await responses(bench) == []
    assert await bench.answer_of("a", PROPOSAL_ID) is None


async def test_a_link_with_a_choice_only_selects_it_in_the_form(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    page = await client.get(await path(bench) + "?choice=pending")
    assert re.findall(r'value="(\w+)"[^>]*checked', page.text) == ["pending"]


@pytest.mark.parametrize("choice", ["yes", "later", "no"])
async def test_an_answer_is_recorded_published_and_shown(
    bench: NotifyBench, client: httpx.AsyncClient, choice: str
) -> None:
    answered = await client.post(await path(bench), data={"choice": choice, "reason": "Not in our plan"})
    assert answered.status_code == 303
    (response,) = await responses(bench)
    assert (response.proposal_id, response.side, response.answer) == (PROPOSAL_ID, "a", choice)
    assert "You said" in (await client.get(answered.url.join(answered.headers["location"]))).text
    answer = await bench.answer_of("a", PROPOSAL_ID)
    assert answer is not None
    assert (answer.choice, answer.reason) == (Choice(choice), "Not in our plan")


@pytest.mark.parametrize("until", [START.date(), (START + timedelta(days=10)).date(), DEADLINE.date()])
async def test_a_yes_with_approval_pending_has_a_date_within_the_deadline(
    bench: NotifyBench, client: httpx.AsyncClient, until: date
) -> None:
    await client.post(await path(bench), data={"choice": "pending", "pending_until": until.isoformat()})
    (response,) = await responses(bench)
    assert (response.answer, response.pending_until) == ("pending", until)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Please choose one of the four answers."),
        ({"choice": "perhaps"}, "Please choose one of the four answers."),
        ({"choice": "pending"}, "Please say until when you expect the approval."),
        ({"choice": "pending", "pending_until": "soon"}, "Please write the date as year-month-day"),
        ({"choice": "pending", "pending_until": "2026-11-24"}, "Please choose a date from 25 November 2026"),
        ({"choice": "pending", "pending_until": "2026-12-17"}, "to 16 December 2026"),
        ({"choice": "no", "reason": "x" * 2001}, "Please keep your message within 2000 characters."),
    ],
)
async def test_a_wrong_form_says_what_to_change_and_keeps_what_was_written(
    bench: NotifyBench, client: httpx.AsyncClient, form: dict[str, str], sentence: str
) -> None:
    page = await client.post(await path(bench), data={"reason": "my words", **form})
    assert page.status_code == 422
    assert sentence in page.text
    assert form.get("reason", "my words") in page.text
    assert await responses(bench) == []


async def test_the_no_says_that_its_place_is_kept_and_the_yes_once_approved_until_when_it_counts_for_nothing(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    at = await path(bench)
    page = " ".join((await client.get(at)).text.split())
    assert "It does not count as a yes until you come back and say yes" in page
    assert "otherwise they could tell your answer." in page
    await client.post(at, data={"choice": "no"})
    assert "otherwise they could tell your answer." in (await client.get(at)).text


@pytest.mark.parametrize("final", ["yes", "no"])
async def test_yes_and_no_are_final(bench: NotifyBench, client: httpx.AsyncClient, final: str) -> None:
    await client.post(await path(bench), data={"choice": final})
    again = await client.post(await path(bench), data={"choice": "no" if final == "yes" else "yes"})
    assert again.status_code == 409
    assert "final" in again.text
    assert [response.answer for response in await responses(bench)] == [final]
    assert "<form" not in (await client.get(await path(bench))).text


async def test_later_and_pending_may_become_a_yes(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    day = date(2026, 12, 1).isoformat()
    for form in ({"choice": "later"}, {"choice": "pending", "pending_until": day}, {"choice": "yes"}):
        assert (await client.post(await path(bench), data=form)).status_code == 303
    given = await responses(bench)
    assert [response.answer for response in given] == ["later", "pending", "yes"]
    assert given[0].answered_at < given[1].answered_at < given[2].answered_at  # though the clock stood still


async def test_a_message_of_the_longest_length_is_kept_whole(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    await client.post(await path(bench), data={"choice": "no", "reason": "x" * 2000})
    answer = await bench.answer_of("a", PROPOSAL_ID)
    assert answer is not None
    assert answer.reason == "x" * 2000


async def test_one_side_does_not_see_the_other_sides_answer(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    before = (await client.get(await path(bench, "b"))).text
    await client.post(await path(bench, "a"), data={"choice": "no", "reason": "secret"})
    await bench.handle(proposal_event("answered", 2))
    assert (await client.get(await path(bench, "b"))).text == before


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("agreed", "Both of you said yes"),
        ("superseded", "We have taken back this proposal"),
        ("declined", "This proposal is closed"),
        ("expired", "This proposal is closed"),
    ],
)
async def test_a_settled_proposal_takes_no_answer(
    bench: NotifyBench, client: httpx.AsyncClient, stage: str, words: str
) -> None:
    await client.post(await path(bench, "b"), data={"choice": "yes"})
    await bench.handle(proposal_event(stage, 2))
    for page in (
        await client.get(await path(bench)),
        await client.post(await path(bench), data={"choice": "yes"}),
        await client.post(await path(bench, "b"), data={"choice": "no"}),
    ):
        assert page.status_code == 410
        assert words in page.text
    assert [response.side for response in await responses(bench)] == ["b"]


async def test_after_agreement_the_page_says_whom_to_write_to_and_that_it_was_mailed_only_where_it_was(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    address = await path(bench)
    await bench.sender().send_due()
    await bench.handle(proposal_event("agreed", 2))
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    page = " ".join((await client.get(address)).text.split())
    assert "Sofía Restrepo" in page
    assert "mailto:b@city.example" in page
    assert "We have not been able to mail you this yet" in page
    assert "mail box" not in page
    assert "We have mailed you this on 25 November 2026, too" in (await client.get(await path(bench, "b"))).text
    await bench.handle(ended_event())
    page = " ".join((await client.get(address)).text.split())
    assert "has ended since" in page
    assert "b@city.example" not in page


async def test_declined_and_expired_look_the_same_on_the_page(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    other = "0193a000-0000-7000-8000-000000000002"
    await bench.handle(proposal_event(proposal_id=other))
    await bench.handle(proposal_event("declined", 2), proposal_event("expired", 2, proposal_id=other))
    assert (await client.get(await path(bench))).text == (await client.get(await path(bench, proposal_id=other))).text


async def test_after_the_deadline_no_answer_is_taken_even_before_matching_says_so(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    bench.clock.now = DEADLINE
    assert (await client.post(await path(bench), data={"choice": "yes"})).status_code == 410
    assert await responses(bench) == []


async def test_a_forged_damaged_or_unknown_link_gets_a_friendly_page(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    forged = (
        SignedAnswerLinks(["x" * 32], "http://notify.example")
        .issue(unsent(PROPOSAL_ID, "a"), "a@city.example")
        .rpartition("/")[2]
    )
    for token in (
        forged,
        (await bench.token("a", PROPOSAL_ID))[:-3],
        "nonsense",
        await bench.token("a", "no-such-proposal"),
    ):
        for page in (
            await client.get(f"/notify/answer/{token}"),
            await client.post(f"/notify/answer/{token}", data={"choice": "yes"}),
        ):
            assert page.status_code == 404
            assert "This link does not work" in page.text
    assert await responses(bench) == []


async def test_a_link_ends_with_its_contact_and_tells_nothing_of_the_other_side(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    address = await path(bench)
    await bench.handle(contact_event("a", 2, "erased"))
    assert await refused(client, address)
    assert await responses(bench) == []


async def test_a_link_ends_when_its_member_withdraws_and_returns_with_it(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    address, there = await path(bench), bench.directory.contacts.pop("contact-a")
    await bench.handle(contact_event("a", 2))
    assert await refused(client, address)
    bench.directory.contacts["contact-a"] = replace(there, version=3)
    await bench.handle(contact_event("a", 3))
    assert (await client.get(address)).status_code == 200


async def test_a_link_ends_when_its_contact_gets_another_address(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    address = await path(bench)
    bench.directory.contacts["contact-a"] = replace(contact("a", 2), email="ville@city.example")
    await bench.handle(contact_event("a", 2))
    assert await refused(client, address)


async def test_a_corrected_name_leaves_the_link_as_it_is(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    address = await path(bench)
    bench.directory.contacts["contact-a"] = replace(contact("a", 2), name="Aino Virtanen-Koski", email="A@City.example")
    await bench.handle(contact_event("a", 2))
    assert (await client.get(address)).status_code == 200


async def test_staff_ends_a_link_for_good_and_the_other_sides_stays(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    await bench.sender().send_due()
    mail = next(mail for mail in await bench.mails() if mail.side == "a")
    voided = await bench.void_link(mail.mail_id)
    assert (await bench.void_link(mail.mail_id)).link_voided_at == voided.link_voided_at
    assert await refused(client, await path(bench))
    assert (await client.get(await path(bench, "b"))).status_code == 200


async def test_a_mail_whose_link_was_ended_before_it_went_is_not_sent(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    mail = next(mail for mail in await bench.mails() if mail.side == "a")
    await bench.void_link(mail.mail_id)
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]


async def test_a_link_of_a_mail_that_stands_in_no_ledger_is_ended(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    token = bench.links.issue(unsent(PROPOSAL_ID, "a"), "a@city.example").rpartition("/")[2]
    assert await refused(client, f"/notify/answer/{token}")


async def test_a_link_of_an_earlier_release_answers_for_the_mails_of_that_time_only(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    serializer = URLSafeSerializer("k" * 32, salt=b"isopolity.notify.answer", signer_kwargs={"digest_method": sha256})
    address = f"/notify/answer/{serializer.dumps([PROPOSAL_ID, 'a'])}"
    bench.links = SignedAnswerLinks(["l" * 32], "http://notify.example", earlier_keys=["k" * 32])
    async with bench.client() as later:
        assert await refused(later, address)
        assert isinstance(bench.store, FakeStore)
        mails = bench.store.kinds["mails"]
        mails.update({mail_id: replace(mail, link_bound=False) for mail_id, mail in mails.items()})
        assert (await later.post(address, data={"choice": "yes"})).status_code == 303
        await bench.handle(contact_event("a", 2, "erased"))
        assert await refused(later, address)
        await bench.handle(proposal_event("agreed", 2))
    assert [response.side for response in await responses(bench)] == ["a"]


async def refused(client: httpx.AsyncClient, address: str) -> bool:
    """Whether the link is told to have ended, by a page that says nothing of the proposal."""
    pages = [await client.get(address), await client.post(address, data={"choice": "yes", "reason": "words"})]
    for page in pages:
        assert page.status_code == 410
        assert "You can no longer answer with this link" in page.text
        assert "please ask your network" in page.text
        assert not any(word in page.text for word in ("Turku", "Medellín", "Aino", "<form"))
    return pages[0].text == pages[1].text


async def test_while_the_database_is_away_a_person_gets_a_page(bench: NotifyBench) -> None:
    def away() -> NoReturn:
        raise DatabaseUnavailable

    async with bench.client(unit_of_work=away, reading=away) as client:
        for page in (await client.get(await path(bench)), await client.post(await path(bench), data={"choice": "yes"})):
            assert page.status_code == 503
            assert page.headers["content-type"].startswith("text/html")
            assert "Please try again in a few minutes" in page.text


async def test_pages_are_kept_from_caches_referrers_frames_scripts_and_search_engines(
    bench: NotifyBench, client: httpx.AsyncClient
) -> None:
    for address in (await path(bench), "/notify/answer/nonsense"):
        headers = (await client.get(address)).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy


async def test_the_stylesheet_that_the_page_names_exists(bench: NotifyBench, client: httpx.AsyncClient) -> None:
    page = await client.get(await path(bench))
    (href,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    style = await client.get(str(page.url.join(href)))
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


async def test_the_token_is_in_no_log_line(
    bench: NotifyBench, client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await client.get(await path(bench))
    await client.post(await path(bench), data={"choice": "yes"})
    captured = capsys.readouterr()
    assert "/notify/answer/{token}" in captured.out
    assert await bench.token("a", PROPOSAL_ID) not in captured.out + captured.err
