"""The contract of notify's repositories: the fakes and the ones on a database hold the same."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest

from isopolity.contracts.answers import Choice
from isopolity.contracts.event_types import CANARY_RETURNED
from isopolity.contracts.registry import CanarySounded
from isopolity.notify.application.matching_events import to_ended, to_ended_interest, to_proposal
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.mail import Mail, MailState, Purpose
from isopolity.notify.domain.proposal import Answer, EndedPartnership
from isopolity.notify.domain.telephone import TelephoneAnswer
from tests.support.notify.bench import LEASE, NotifyBench, bench_in_memory
from tests.support.notify.events import (
    INTEREST_ID,
    PROPOSAL_ID,
    START,
    contact,
    contact_event,
    interest_ended,
    partnership_state,
    proposal_event,
    proposal_state,
    sponsorship_state,
    unsent,
)

LATER = START + timedelta(hours=1)
_numbers = count(1)


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bench(request: pytest.FixtureRequest) -> NotifyBench:
    if request.param == "fake":
        return bench_in_memory()
    made: NotifyBench = request.getfixturevalue(f"{request.param}_bench")
    return made


def a_mail(proposal_id: str = PROPOSAL_ID, side: str = "a", **changes: object) -> Mail:
    mail = unsent(proposal_id, side, mail_id=f"mail-{next(_numbers):04}")
    return replace(mail, **changes)  # type: ignore[arg-type] # a test names fields of Mail


def a_call(call_id: str, **changes: object) -> TelephoneAnswer:
    call = TelephoneAnswer(
        call_id=call_id,
        proposal_id=PROPOSAL_ID,
        side="a",
        member_id="member-a",
        choice=Choice.YES,
        given_by="Aino",
        taken_by="Otto",
        given_on=START.date(),
        entered_at=START,
    )
    return replace(call, **changes)  # type: ignore[arg-type] # a test names fields of TelephoneAnswer


async def test_who_is_not_confirmed_is_no_choice_and_its_answer_is_kept_for_registry(bench: NotifyBench) -> None:
    waiting = replace(contact("a"), confirmed=False)
    async with bench.unit_of_work() as uow:
        await uow.contacts.put(waiting)
        assert await uow.contacts.first_choices(["member-a"]) == {}
        assert await uow.contacts.get(["contact-a"]) == {"contact-a": waiting}
        assert await uow.contacts.hold("contact-a") == waiting
        await uow.contacts.note_answer("contact-a")
        await uow.contacts.note_answer("nobody")
        await uow.commit()
    for change, expected in (
        ({"version": 2, "role": "deputy"}, {"contact-a": 2}),
        ({"version": 3, "email": "other@city.example"}, {}),
        ({"version": 4, "confirmed": True}, {}),
    ):
        async with bench.unit_of_work() as uow:
            await uow.contacts.put(replace(waiting, **change))
            await uow.commit()
        async with bench.unit_of_work() as uow:
            assert await uow.contacts.answered(10) == expected
    async with bench.unit_of_work() as uow:
        await uow.contacts.note_answer("contact-a")
        assert await uow.contacts.answered(10) == {}
        assert list(await uow.contacts.first_choices(["member-a"])) == ["member-a"]


def an_answer(choice: Choice = Choice.LATER, **changes: object) -> Answer:
    answer = Answer(
        response_id="r1",
        proposal_id=PROPOSAL_ID,
        side="a",
        choice=choice,
        pending_until=None,
        reason="words",
        answered_at=START,
    )
    return replace(answer, **changes)  # type: ignore[arg-type] # a test names fields of Answer


def ended(**changes: object) -> EndedPartnership:
    made = to_ended(partnership_state(**changes))
    assert made is not None
    return made


async def enter(bench: NotifyBench, *mails: Mail) -> None:
    async with bench.unit_of_work() as uow:
        await uow.mails.add(mails)
        await uow.commit()


async def test_nothing_is_kept_without_a_commit(bench: NotifyBench) -> None:
    async with bench.unit_of_work() as uow:
        await uow.contacts.put(contact("a"))
        await uow.proposals.put(to_proposal(proposal_state()))
        await uow.partnerships.add(ended())
        await uow.interests.add(to_ended_interest(interest_ended()))
        await uow.mails.add([a_mail()])
        await uow.answers.record(an_answer())
        assert await uow.contacts.hold("contact-a") == contact("a")
        assert len(await uow.mails.open()) == 1
        uow.outbox.publish(CANARY_RETURNED, CanarySounded(canary_id="1", sounded_at=START))
    async with bench.unit_of_work() as uow:
        assert await uow.contacts.get(["contact-a"]) == {}
        assert await uow.proposals.get([PROPOSAL_ID]) == {}
        assert await uow.partnerships.get([PROPOSAL_ID]) == {}
        assert await uow.interests.get([INTEREST_ID]) == {}
        assert await uow.answers.get(PROPOSAL_ID, "a") is None
    assert await bench.mails() == []
    assert await bench.published() == []


async def test_what_is_published_comes_out_in_order_once_committed(bench: NotifyBench) -> None:
    async with bench.unit_of_work() as uow:
        ids = [
            uow.outbox.publish(CANARY_RETURNED, CanarySounded(canary_id=name, sounded_at=START)) for name in ("1", "2")
        ]
        await uow.commit()
    published = await bench.published()
    assert [(event.envelope.id, event.envelope.subject) for event in published] == list(zip(ids, "12", strict=True))


async def test_a_contact_gives_way_to_a_newer_one_only(bench: NotifyBench) -> None:
    async with bench.unit_of_work() as uow:
        await uow.contacts.put(contact("a", 2))
        await uow.commit()
    for version, kept in ((1, 2), (2, 2), (3, 3)):
        async with bench.unit_of_work() as uow:
            await uow.contacts.put(replace(contact("a", version), name=f"Name {version}", member_id=f"m{version}"))
            await uow.commit()
        found = await bench.contact("contact-a")
        assert found is not None
        assert found.version == kept
    assert await bench.contact("contact-a") == replace(contact("a", 3), name="Name 3", member_id="m3")


async def test_a_forgotten_contact_stays_gone_until_a_newer_one_comes(bench: NotifyBench) -> None:
    async with bench.unit_of_work() as uow:
        await uow.contacts.put(contact("a", 3))
        assert not await uow.contacts.forget("contact-a", 2)
        assert await uow.contacts.hold("contact-a") == contact("a", 3)
        assert await uow.contacts.forget("contact-a", 3)
        assert await uow.contacts.forget("contact-a", 4)
        assert not await uow.contacts.forget("contact-a", 3)
        assert await uow.contacts.hold("contact-a") is None
        await uow.commit()
    async with bench.unit_of_work() as uow:
        await uow.contacts.put(contact("a", 4))
        assert await uow.contacts.get(["contact-a"]) == await uow.contacts.first_choices(["member-a"]) == {}
        await uow.contacts.put(contact("a", 5))
        assert await uow.contacts.get(["contact-a"]) == {"contact-a": contact("a", 5)}


async def test_a_contact_that_was_never_known_can_be_forgotten(bench: NotifyBench) -> None:
    async with bench.unit_of_work() as uow:
        assert await uow.contacts.forget("contact-a", 2)
        await uow.contacts.put(contact("a", 2))
        assert await uow.contacts.get(["contact-a"]) == {}


async def test_the_first_choice_of_a_member_is_its_coordinator(bench: NotifyBench) -> None:
    deputy = replace(contact("a"), contact_id="contact-0", role="deputy")
    async with bench.unit_of_work() as uow:
        for each in (deputy, contact("a"), contact("b")):
            await uow.contacts.put(each)
        assert await uow.contacts.first_choices(["member-a", "member-c"]) == {"member-a": contact("a")}


async def test_a_proposal_comes_back_equal_and_never_goes_back(bench: NotifyBench) -> None:
    issued, agreed = to_proposal(proposal_state(version=2)), to_proposal(proposal_state("agreed", 3))
    for proposal, is_kept in ((issued, True), (issued, False), (agreed, True), (issued, False)):
        async with bench.unit_of_work() as uow:
            assert await uow.proposals.put(proposal) is is_kept
            await uow.commit()
    async with bench.unit_of_work() as uow:
        assert await uow.proposals.get([PROPOSAL_ID, "x"]) == {PROPOSAL_ID: agreed}
    assert (issued.settled, agreed.settled) == (False, True)


async def test_what_each_side_is_told_of_the_other_comes_back_equal(bench: NotifyBench) -> None:
    proposal = to_proposal(sponsorship_state())
    assert proposal.sides[0].programme is not None
    async with bench.unit_of_work() as uow:
        await uow.proposals.put(proposal)
        await uow.commit()
    async with bench.unit_of_work() as uow:
        assert await uow.proposals.get([PROPOSAL_ID]) == {PROPOSAL_ID: proposal}


async def test_a_cause_enters_one_mail(bench: NotifyBench) -> None:
    first = a_mail()
    await enter(bench, first, a_mail())
    await enter(bench, a_mail(), a_mail(contact_id="another"), a_mail(purpose=Purpose.CLOSING), a_mail(side="b"))
    mails = await bench.mails()
    assert len(mails) == 4
    assert first in mails


async def test_the_oldest_mails_that_are_due_are_claimed_first(bench: NotifyBench) -> None:
    younger, older, not_yet, taken = (
        a_mail(name, due_at=START + timedelta(minutes=minutes))
        for name, minutes in zip("abcd", (2, 1, 61, 0), strict=True)
    )
    await enter(bench, younger, older, not_yet, taken)
    async with bench.unit_of_work() as uow:
        held = taken.claimed("owner", START, LEASE)
        await uow.mails.save([held])
        assert await uow.mails.due(START, 10) == []
        assert await uow.mails.due(LATER, 2) == [older, younger]
        assert await uow.mails.due(LATER, 10) == [older, younger, held]


async def test_mails_are_found_by_who_holds_them_and_by_their_state(bench: NotifyBench) -> None:
    one, other, free = a_mail("a"), a_mail("b"), a_mail("c")
    await enter(bench, one, other, free)
    async with bench.unit_of_work() as uow:
        claimed = one.claimed("owner", START, LEASE)
        transmitting = other.claimed("owner", START, LEASE).transmitting(START, LEASE)
        sent = free.claimed("another", START, LEASE).transmitting(START, LEASE).sent(START)
        await uow.mails.save([claimed, transmitting, sent])
        assert {mail.mail_id for mail in await uow.mails.held()} == {one.mail_id, other.mail_id}
        assert {mail.mail_id for mail in await uow.mails.held_by("owner")} == {one.mail_id, other.mail_id}
        assert await uow.mails.held_by("another") == [sent]
        assert {mail.mail_id for mail in await uow.mails.open()} == {one.mail_id, other.mail_id}
        assert await uow.mails.abandoned(START) == []
        assert await uow.mails.abandoned(START + LEASE) == [transmitting]
        assert await uow.mails.find([free.mail_id, "x"]) == [sent]
        assert await uow.mails.get(free.mail_id) == sent
        assert await uow.mails.get("x") is None


async def test_the_end_of_a_partnership_that_was_kept_first_stays(bench: NotifyBench) -> None:
    first, other = ended(sides=sponsorship_state().sides, kind="sponsorship"), ended(proposal_id="another")
    async with bench.unit_of_work() as uow:
        assert [await uow.partnerships.add(one) for one in (first, other)] == [True, True]
        await uow.commit()
    async with bench.unit_of_work() as uow:
        assert not await uow.partnerships.add(ended(version=3, ended_reason="other"))
        known = {PROPOSAL_ID: first, "another": other}
        assert await uow.partnerships.get([PROPOSAL_ID, "another", "none"]) == known


async def test_an_interest_that_was_kept_first_stays(bench: NotifyBench) -> None:
    first, other = (to_ended_interest(interest_ended(interest_id=each)) for each in (INTEREST_ID, "another"))
    async with bench.unit_of_work() as uow:
        assert [await uow.interests.add(one) for one in (first, other)] == [True, True]
        await uow.commit()
    async with bench.unit_of_work() as uow:
        assert not await uow.interests.add(to_ended_interest(interest_ended(other_name="Lima")))
        assert await uow.interests.get([INTEREST_ID, "another", "none"]) == {INTEREST_ID: first, "another": other}


async def test_mails_of_proposals_come_with_the_oldest_first(bench: NotifyBench) -> None:
    young, old = a_mail(side="b", created_at=LATER), a_mail()
    await enter(bench, young, old, a_mail(purpose=Purpose.CLOSING), a_mail("another"))
    async with bench.unit_of_work() as uow:
        assert await uow.mails.of_proposals([PROPOSAL_ID, "x"], Purpose.PROPOSAL) == [old, young]


async def test_a_mail_is_saved_with_its_state_and_keeps_what_it_was_entered_with(bench: NotifyBench) -> None:
    mail = a_mail()
    await enter(bench, mail)
    sent = mail.claimed("owner", LATER, LEASE).transmitting(LATER, LEASE).sent(LATER).link_voided(LATER)
    changed = replace(sent, contact_id="another", reason="why")
    async with bench.unit_of_work() as uow:
        await uow.mails.save([replace(changed, correlation_id="x", link_bound=False, created_at=LATER)])
        await uow.commit()
    assert await bench.mails() == [changed]
    assert changed.state is MailState.SENT


async def test_an_answer_replaces_the_one_before_whole_until_one_is_final(bench: NotifyBench) -> None:
    pending = an_answer(Choice.PENDING, response_id="r2", pending_until=date(2026, 12, 1), reason=None)
    yes = an_answer(Choice.YES, response_id="r3", reason="at last", answered_at=LATER)
    for answer, is_kept in ((an_answer(), True), (pending, True), (yes, True), (an_answer(Choice.NO), False)):
        async with bench.unit_of_work() as uow:
            assert await uow.answers.record(answer) is is_kept
            await uow.commit()
        if is_kept:
            assert await bench.answer_of("a", PROPOSAL_ID) == answer
    assert await bench.answer_of("a", PROPOSAL_ID) == yes
    assert await bench.answer_of("b", PROPOSAL_ID) is None


async def test_the_words_of_a_contact_are_forgotten_and_nobody_elses(bench: NotifyBench) -> None:
    later = a_mail(side="b", purpose=Purpose.ENDING, contact_id="contact-a")  # to somebody who did not answer
    await enter(bench, a_mail(), a_mail(side="b"), later)
    async with bench.unit_of_work() as uow:
        await uow.answers.record(an_answer())
        await uow.answers.record(an_answer(side="b", response_id="r2"))
        found = await uow.answers.of_proposals([PROPOSAL_ID, "none"])
        assert {key: answer.response_id for key, answer in found.items()}[PROPOSAL_ID, "b"] == "r2"
        assert len(found) == 2
        assert await uow.answers.of_proposals(["none"]) == {}
        await uow.answers.forget_words("contact-a")
        await uow.commit()
    assert await bench.answer_of("a", PROPOSAL_ID) == an_answer(reason=None)
    assert await bench.answer_of("b", PROPOSAL_ID) == an_answer(side="b", response_id="r2")


async def test_an_answer_by_telephone_replaces_the_one_that_it_was_made_after(bench: NotifyBench) -> None:
    first = a_call("call-1")
    second = replace(first, call_id="call-2", choice=Choice.NO, entries=2)
    async with bench.unit_of_work() as uow:
        assert await uow.calls.put(first, None)
        assert not await uow.calls.put(second, None)
        assert await uow.calls.of_side(PROPOSAL_ID, "a") == first
        assert await uow.calls.get(["call-1", "call-x"]) == {"call-1": first}
        assert await uow.calls.put(second, first)
        assert not await uow.calls.put(replace(first, call_id="call-3"), first)
        assert await uow.calls.get(["call-1", "call-2"]) == {"call-2": second}
        assert await uow.calls.of_side(PROPOSAL_ID, "b") is None
        assert (await uow.calls.of_member("member-a"), await uow.calls.of_member("member-b")) == ([second], [])
        await uow.calls.pass_to("member-k", PROPOSAL_ID, "b")
        await uow.calls.pass_to("member-k", PROPOSAL_ID, "a")
        assert await uow.calls.of_member("member-a") == []
        assert await uow.calls.of_member("member-k") == [replace(second, member_id="member-k")]
        await uow.commit()


async def test_the_name_of_a_caller_goes_with_a_contact_of_that_name_or_that_was_mailed(bench: NotifyBench) -> None:
    calls = [a_call(f"call-{side}", side=side, given_by=f"Caller {side}") for side in "ab"]
    async with bench.unit_of_work() as uow:
        for call in calls:
            assert await uow.calls.put(call, None)
        await uow.mails.add([a_mail("call-a", purpose=Purpose.TELEPHONE, contact_id="contact-c")])
        await uow.commit()
    async with bench.unit_of_work() as uow:
        await uow.calls.forget_names("contact-x", None)
        assert await given_by(uow, calls) == ["Caller a", "Caller b"]
        await uow.calls.forget_names("contact-c", "Somebody")
        assert await given_by(uow, calls) == [None, "Caller b"]
        await uow.calls.forget_names("contact-x", "Caller b")
        assert await given_by(uow, calls) == [None, None]


async def test_a_yes_by_telephone_is_without_an_answer_until_its_side_has_given_a_final_one(bench: NotifyBench) -> None:
    yeses = [replace(a_call(f"call-{side}", side=side), choice=Choice.YES) for side in "ab"]
    no = replace(a_call("call-no"), proposal_id="p-no", choice=Choice.NO)
    async with bench.unit_of_work() as uow:
        for call in (*yeses, no):
            assert await uow.calls.put(call, None)
        await uow.answers.record(an_answer(Choice.LATER, side="a"))
        assert {each.call_id for each in await uow.calls.without_answer(10)} == {"call-a", "call-b"}
        assert len(await uow.calls.without_answer(1)) == 1
        await uow.answers.record(an_answer(Choice.YES, side="a", response_id="r9"))
        assert [each.call_id for each in await uow.calls.without_answer(10)] == ["call-b"]


async def given_by(uow: NotifyUnitOfWork, calls: Sequence[TelephoneAnswer]) -> list[str | None]:
    found = await uow.calls.get([call.call_id for call in calls])
    return [found[call.call_id].given_by for call in calls]


async def test_the_contacts_of_a_member_are_found_confirmed_or_not(bench: NotifyBench) -> None:
    second = replace(contact("a"), contact_id="contact-c", confirmed=False)
    async with bench.unit_of_work() as uow:
        for each in (contact("a"), contact("b"), second):
            await uow.contacts.put(each)
        found = await uow.contacts.of_member("member-a")
    assert sorted(found, key=lambda each: each.contact_id) == [contact("a"), second]


async def test_only_a_newer_canary_is_news(bench: NotifyBench) -> None:
    for sounded_at, is_newer in ((START, True), (START, False), (LATER, True), (START, False)):
        async with bench.unit_of_work() as uow:
            assert await uow.sightings.saw_canary(sounded_at, LATER) is is_newer
            await uow.commit()


async def test_the_watermark_never_goes_back_and_no_answer_is_older(bench: NotifyBench) -> None:
    for now, expected in ((START, START), (LATER, LATER), (START, LATER)):
        bench.clock.now = now
        async with bench.unit_of_work() as uow:
            assert await uow.watermark.announce() == expected
            await uow.commit()
        async with bench.unit_of_work() as uow:
            assert await uow.watermark.answer_time() == expected


async def test_answers_are_over_once_the_transaction_that_took_a_time_has_ended(bench: NotifyBench) -> None:
    async with bench.unit_of_work() as uow:
        await uow.watermark.answer_time()
        asking = asyncio.create_task(bench.store.answers_are_over())
        await asyncio.wait([asking], timeout=0.1)
        assert not asking.done() or not asking.result()  # SQLite waits for its one writer
    await asking
    assert await bench.store.answers_are_over()


async def test_a_parked_event_is_taken_once_what_it_awaits_has_arrived(bench: NotifyBench) -> None:
    await bench.handle(proposal_event(), proposal_event(proposal_id="another"))
    assert await bench.parked() == ["member:member-a"] * 2
    await bench.handle(contact_event("a"))
    assert await bench.parked() == ["member:member-b"] * 2
    assert {mail.side for mail in await bench.mails()} == {"a"}
    await bench.handle(contact_event("b"))
    assert await bench.parked() == []
    assert {(mail.proposal_id, mail.side) for mail in await bench.mails()} == {
        (proposal_id, side) for proposal_id in (PROPOSAL_ID, "another") for side in "ab"
    }


async def test_an_ended_letter_waits_until_registry_knows_how_its_mail_ended(bench: NotifyBench) -> None:
    async with bench.unit_of_work() as uow:
        gone = replace(unsent("l1", "", "m1"), purpose=Purpose.REFUSAL, contact_id="", state=MailState.SENT)
        await uow.mails.add([gone, replace(gone, mail_id="m2", occasion_id="l2", state=MailState.FAILED)])
        await uow.ended_letters.add({"l2": LATER, "l1": START})
        await uow.ended_letters.add({"l1": LATER})
        await uow.commit()
    ended = {"l1": MailState.SENT, "l2": MailState.FAILED}
    async with bench.unit_of_work() as uow:
        assert (list(await uow.ended_letters.some(1)), await uow.ended_letters.some(9)) == (["l1"], ended)
        await uow.ended_letters.remove("l1")
        await uow.commit()
    async with bench.unit_of_work() as uow:
        assert list(await uow.ended_letters.some(9)) == ["l2"]


async def test_mails_of_a_contact_are_handed_on_but_for_those_that_the_other_has_too(bench: NotifyBench) -> None:
    both = [a_mail(side="a", contact_id=each) for each in ("contact-a", "contact-k")]
    one = a_mail(side="b", contact_id="contact-a")
    await enter(bench, *both, one)
    async with bench.unit_of_work() as uow:
        await uow.mails.hand_on("contact-a", "contact-k")
        await uow.commit()
    assert {mail.mail_id: mail.contact_id for mail in await bench.store.mails()} == {
        both[0].mail_id: "contact-a",
        both[1].mail_id: "contact-k",
        one.mail_id: "contact-k",
    }
