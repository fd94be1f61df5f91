"""Two entries of a member were merged: mails, answer links and answers of the duplicate are those of who stays."""

import re
from dataclasses import replace

import pytest

from isopolity.contracts.answers import Choice
from isopolity.contracts.event import Data, Event
from isopolity.notify.application.answers import Reply
from tests.support.notify.bench import NotifyBench, by
from tests.support.notify.events import (
    PROPOSAL_ID,
    contact,
    contact_event,
    event,
    partnership_state,
    proposal_event,
    proposal_state,
    side,
)
from tests.support.notify.letters import parts

PATH = f"/notify/v1/proposals/{PROPOSAL_ID}/answer"
CALLS = "/notify/v1/telephone-answers"
STAFF = by("otto", None, "staff:answer")


def carried(stage: str = "issued", version: int = 2) -> Event[Data]:
    """The proposal once member-a was merged into member-k."""
    a = side("a").model_copy(update={"member_id": "member-k", "formerly": "member-a"})
    state = proposal_state(stage, version, sides=(a, side("b")))
    return event(f"isopolity.matching.proposal.{stage}.v1", state)


def moved(bench: NotifyBench) -> Event[Data]:
    """The contact of the duplicate, which answers for the entry that stays."""
    bench.directory.contacts["contact-a"] = replace(contact("a", 2), member_id="member-k")
    return contact_event("a", 2)


def same_person(bench: NotifyBench) -> tuple[Event[Data], Event[Data]]:
    """The contact of the entry that stays has the address of the duplicate's, which ends."""
    bench.directory.contacts["contact-k"] = replace(contact("k"), email="a@city.example")
    erased = contact_event("a", 2, "erased")
    gone = replace(erased, data=erased.data.model_copy(update={"merged_into": "contact-k"}))
    return contact_event("k"), gone


@pytest.mark.parametrize("is_same_person", [False, True])
async def test_an_answer_link_of_the_duplicate_goes_on_and_its_answer_stays(
    bench: NotifyBench, is_same_person: bool
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    await bench.answer("a", PROPOSAL_ID, Reply(choice=Choice.LATER, reason="Ask us in May."))
    link = f"/notify/answer/{await bench.token('a', PROPOSAL_ID)}"
    merger = same_person(bench) if is_same_person else (moved(bench),)
    who = "contact-k" if is_same_person else "contact-a"
    async with bench.client() as client:
        for each in (*merger, carried("answered")):
            await bench.handle(each)
            assert (await client.get(link)).status_code == 200
        seen = (await client.get(PATH, headers=by(who, "member-k"))).json()
        assert (seen["answer"], seen["takes_answers"]) == ("later", True)
        assert (await client.get(PATH, headers=by(who, "member-a"))).status_code == 404
    answer = await bench.answer_of("a", PROPOSAL_ID)
    assert answer is not None
    assert answer.reason == "Ask us in May."


async def test_a_mail_that_waits_goes_to_who_stays_and_none_goes_twice(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.handle(*same_person(bench), carried(), carried())
    await bench.sender().send_due()
    assert sorted(bench.mailer.recipients()) == ["a@city.example", "b@city.example"]
    await bench.handle(carried("agreed", 3), carried("agreed", 4))
    await bench.sender().send_due()
    assert sorted(bench.mailer.recipients()) == ["a@city.example"] * 2 + ["b@city.example"] * 2


@pytest.mark.parametrize("stage", ["issued", "answered"])
async def test_a_side_that_waited_for_a_contact_is_mailed_at_the_entry_that_stays(
    bench: NotifyBench, stage: str
) -> None:
    await bench.handle(contact_event("b"), proposal_event())
    assert await bench.store.parked() == ["member:member-a"]
    bench.directory.contacts["contact-k"] = contact("k")
    await bench.handle(contact_event("k"), carried(stage))
    await bench.sender().send_due()
    assert sorted(bench.mailer.recipients()) == ["b@city.example", "k@city.example"]
    assert await bench.store.parked() == []


async def test_an_old_partnership_that_goes_on_tells_its_sides_whom_to_write_to_without_a_mail(
    bench: NotifyBench,
) -> None:
    bench.clock.advance(days=200)  # its mails are forgotten
    await bench.handle(contact_event("a"), contact_event("b"), moved(bench), carried("agreed", 4))
    assert await bench.store.mails() == []
    async with bench.client() as client:
        introduced = await client.get(
            "/notify/v1/introductions", params={"proposal_id": PROPOSAL_ID}, headers=by("contact-a", "member-k")
        )
    assert [each["email"] for each in introduced.json()["items"]] == ["b@city.example"]
    ended = partnership_state(ended_reason="member-merged")  # one that both entries had
    await bench.handle(event("isopolity.matching.partnership.ended.v1", ended))
    assert await bench.store.mails() == []


async def telephones(bench: NotifyBench, choice: str) -> str:
    """Side a gives this answer by telephone; returns the link that its contact gets, if any."""
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    bench.mailer.delivered.clear()
    order = {"given_by": "Aino Virtanen", "taken_by": "Otto Berg", "given_on": "2026-11-25", "seen": "/"}
    async with bench.client() as client:
        entered = await client.post(f"{CALLS}/{PROPOSAL_ID}/member-a", json={"choice": choice, **order}, headers=STAFF)
        assert entered.status_code == 200
    await bench.sender().send_due()
    (letter,) = bench.mailer.delivered
    return "".join(re.findall(r"notify\.example(/notify/answer/\S+)", parts(letter)[0]))


async def test_who_stays_reads_what_the_duplicate_said_by_telephone(bench: NotifyBench) -> None:
    await telephones(bench, "later")
    await bench.handle(*same_person(bench), carried("answered"))
    async with bench.client() as client:
        own, former = [
            (await client.get(CALLS, headers=by("contact-k", member))).json()["items"]
            for member in ("member-k", "member-a")
        ]
    assert [(each["choice"], each["given_by"]) for each in own] == [("later", "Aino Virtanen")]
    assert former == []


@pytest.mark.parametrize("is_carried", [False, True])
async def test_a_yes_of_the_duplicate_waits_for_the_approver_of_who_stays(bench: NotifyBench, is_carried: bool) -> None:
    link = await telephones(bench, "yes")
    approver = replace(contact("k"), role="approver")
    bench.directory.contacts["contact-k"] = approver
    await bench.handle(contact_event("k"), moved(bench))
    if is_carried:
        await bench.handle(carried())
    async with bench.client() as client:
        assert (await client.post(link)).status_code == 409
