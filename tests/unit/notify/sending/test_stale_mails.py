"""A mail is sent with words that are true then, or ends with the reason why not; how long it waited is none."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from isopolity.contracts.answers import Choice
from isopolity.notify.application.answers import BySession, Reply, Responder, give_answer
from isopolity.notify.application.letters import Letter
from isopolity.notify.domain.errors import Refused, RegistryAway, ServerAway
from isopolity.notify.domain.mail import MailState, Purpose, RetryPolicy
from isopolity.notify.domain.mail_reasons import STALE, in_words
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    DEADLINE,
    PROPOSAL_ID,
    START,
    applicant,
    confirmation_event,
    contact,
    contact_event,
    event,
    interest_event,
    letter_event,
    office_letter,
    partnership_state,
    proposal_event,
    proposal_state,
    sign_in_event,
)
from tests.support.notify.memory_mailer import FakeMailer

ADDRESSES = ("a@city.example", "b@city.example", "ana@city.example")


class Server(FakeMailer):
    """A mail server that can be away."""

    is_away = False

    def leaves(self) -> None:
        self.is_away = True
        self.at_offer = dict.fromkeys(ADDRESSES, ServerAway("connect-lost"))

    def returns(self) -> None:
        self.is_away = False
        self.at_offer = {}

    async def ping(self) -> None:
        if self.is_away:
            raise ServerAway("connect-lost")


class Between(FakeMailer):
    """A mail server before whose first answer something happens."""

    def __init__(self, happens: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._happens: Callable[[], Awaitable[None]] | None = happens

    async def offer(self, letter: Letter) -> None:
        happens, self._happens = self._happens, None
        if happens is not None:
            await happens()
        await super().offer(letter)


async def answer_on_page(bench: NotifyBench, side: str, choice: Choice, proposal_id: str = PROPOSAL_ID) -> None:
    """Answer as somebody who has signed in."""
    responder = Responder(contact_id=f"contact-{side}", token_id="token")
    way = BySession(proposal_id=proposal_id, member_id=f"member-{side}", responder=responder)
    async with bench.unit_of_work() as uow:
        await give_answer(way, Reply(choice=choice), uow, iter("123").__next__)
        await uow.commit()


async def ends(bench: NotifyBench) -> dict[tuple[str, str, str], str | None]:
    """By occasion, purpose and side, the reason of each mail that was not sent; None for one that was."""
    mails = await bench.mails()
    assert {mail.state for mail in mails} <= {MailState.SENT, MailState.SUPPRESSED}
    return {(mail.occasion_id, mail.purpose, mail.side): mail.reason for mail in mails}


async def test_after_a_week_without_a_mail_server_each_mail_is_true_or_ends_with_its_reason(bench: NotifyBench) -> None:
    bench.mailer = server = Server()
    server.leaves()
    sender = bench.sender()
    soon = proposal_state(proposal_id="soon").model_copy(update={"answer_by": START + timedelta(days=3)})
    await bench.handle(contact_event("a"), contact_event("b"))
    await bench.handle(proposal_event(), event("isopolity.matching.proposal.issued.v1", soon))
    await bench.handle(proposal_event(proposal_id="ended"), proposal_event(proposal_id="agreed"))
    await bench.handle(proposal_event("agreed", 2, "ended"), proposal_event("agreed", 2, "agreed"), interest_event())
    over = partnership_state(proposal_id="ended", ended_at=START + timedelta(days=1))
    await bench.handle(event("isopolity.matching.partnership.ended.v1", over))
    await bench.remind(["member-a"])
    bench.applicants.waiting["confirmation-1"] = applicant()
    bench.applicants.letters["letter-1"] = office_letter()
    await bench.handle(confirmation_event(), letter_event("welcome"), sign_in_event())
    for _ in range(7 * 24):
        await sender.send_due()
        await sender.probe()
        bench.clock.advance(hours=1)
    assert server.delivered == []
    server.returns()
    for _ in range(4):
        await sender.send_due()
        await sender.probe()
        bench.clock.advance(minutes=1)
    returned = message_from_bytes(server.delivered[0].content, policy=default)["Date"].datetime
    assert returned > START + timedelta(days=6), "a mail that waited does not sink among those of last week"
    found = await ends(bench)
    both = [(purpose, side) for purpose in ("introduction", "proposal") for side in "ab"]
    assert {key: found["agreed", *key] for key in both} == {
        ("introduction", "a"): None,
        ("introduction", "b"): None,
        ("proposal", "a"): "proposal-settled",
        ("proposal", "b"): "proposal-settled",
    }
    assert {key: found["ended", *key] for key in both} == dict.fromkeys(both[:2], "partnership-ended") | dict.fromkeys(
        both[2:], "proposal-settled"
    )
    by_purpose = {purpose: reason for (occasion, purpose, _), reason in found.items() if occasion != "agreed"}
    assert found[PROPOSAL_ID, "proposal", "a"] is None, "its time to answer goes on"
    assert found["soon", "proposal", "a"] == "deadline-passed"
    assert by_purpose["reminder"] == "reminder-old"
    assert by_purpose["sign-in"] == "sign-in-ended"
    for purpose in ("ending", "not-introduced", "confirmation", "welcome"):
        assert by_purpose[purpose] is None, purpose
    assert {reason for reason in found.values() if reason} <= STALE.keys()


async def test_a_side_that_has_answered_on_its_page_is_not_asked_again_and_hears_of_the_end(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await answer_on_page(bench, "a", Choice.NO)
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]
    bench.clock.now = DEADLINE
    await bench.handle(proposal_event("declined", 2))
    await bench.sender().send_due()
    found = await ends(bench)
    assert found[PROPOSAL_ID, "proposal", "a"] == "answered-already"
    assert [found[PROPOSAL_ID, "closing", side] for side in "ab"] == [None, None]


async def test_a_side_hears_of_the_end_that_one_of_its_mails_reached_though_not_the_last(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    bench.directory.contacts["contact-heir"] = replace(
        contact("a"), contact_id="contact-heir", email="heir@city.example"
    )
    await bench.handle(contact_event("heir"))
    first = next(mail for mail in await bench.mails() if mail.side == "a")
    await bench.mail_again(first.mail_id, "contact-heir")
    bench.mailer.at_transmit = {"heir@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    bench.clock.now = DEADLINE
    await bench.handle(proposal_event("expired", 2))
    await bench.sender().send_due()
    closings = {mail.side: mail.reason for mail in await bench.mails() if mail.purpose is Purpose.CLOSING}
    assert closings == {"a": None, "b": None}


async def test_the_reason_says_that_there_was_nobody_to_mail_where_the_mail_was_for_no_certain_contact(
    bench: NotifyBench,
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    await answer_on_page(bench, "a", Choice.LATER)
    bench.clock.now = DEADLINE
    await bench.handle(proposal_event("expired", 2), contact_event("a", 2, "erased"))
    await bench.sender().send_due()
    closings = {mail.side: mail.reason for mail in await bench.mails() if mail.purpose is Purpose.CLOSING}
    assert closings == {"a": "no-contact", "b": None}


async def test_a_side_whose_mail_a_dead_process_held_hears_of_no_end(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    async with bench.unit_of_work() as uow:
        held = [mail.claimed("dead", bench.clock(), timedelta(minutes=5)) for mail in await uow.mails.open()]
        await uow.mails.save(held)
        await uow.commit()
    bench.clock.now = DEADLINE
    await bench.handle(proposal_event("expired", 2))
    await bench.sender().send_due()
    assert bench.mailer.recipients() == []
    assert {mail.reason for mail in await bench.mails() if mail.purpose is Purpose.CLOSING} == {"never-told"}


@pytest.mark.parametrize("meanwhile", ["answered-already", "proposal-settled", "link-voided"])
async def test_what_becomes_untrue_while_the_server_is_asked_is_not_sent(bench: NotifyBench, meanwhile: str) -> None:
    async def happens() -> None:
        if meanwhile == "answered-already":
            await answer_on_page(bench, "a", Choice.NO)
        elif meanwhile == "link-voided":
            await bench.void_link(next(mail.mail_id for mail in await bench.mails() if mail.side == "a"))
        else:
            await bench.handle(proposal_event("superseded", 2))

    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer = Between(happens)
    await bench.sender().send_due()
    (mail,) = [mail for mail in await bench.mails() if mail.side == "a" and mail.purpose is Purpose.PROPOSAL]
    assert (mail.state, mail.reason) == (MailState.SUPPRESSED, meanwhile)
    assert "a@city.example" not in bench.mailer.recipients()


async def test_a_side_that_says_later_on_its_page_still_gets_the_mail(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await answer_on_page(bench, "a", Choice.LATER)
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["a@city.example", "b@city.example"]


async def test_both_are_introduced_though_the_proposal_reached_one_of_them_on_its_page_only(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    await answer_on_page(bench, "a", Choice.YES)
    bench.mailer.at_transmit = {}
    await bench.handle(proposal_event("agreed", 2))
    await bench.sender().send_due()
    introductions = [mail for mail in await bench.mails() if mail.purpose is Purpose.INTRODUCTION]
    assert [(mail.side, mail.state) for mail in introductions] == [("a", MailState.SENT), ("b", MailState.SENT)]


async def test_a_week_without_registry_uses_up_no_attempt(bench: NotifyBench) -> None:
    bench.applicants.letters["letter-1"] = office_letter()
    await bench.handle(letter_event("welcome"))
    bench.applicants.problem = RegistryAway()
    sender = bench.sender(retries=RetryPolicy(attempts=3))
    for _ in range(7 * 24):
        await sender.send_due()
        bench.clock.advance(hours=1)
    (mail,) = await bench.mails()
    assert (mail.state, mail.attempts, mail.reason) == (MailState.DEFERRED, 0, "registry-away")
    bench.applicants.problem = None
    await sender.send_due()
    assert await ends(bench) == {("letter-1", "welcome", ""): None}


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("smtp-550", "refused it (550)"),
        ("data-smtp-452", "could not take it then (452)"),
        ("connect-smtp-535", "could not be reached"),
        ("no-reply-to-data", "did not answer"),
        ("reminder-old", "a week old"),
    ],
)
def test_a_reason_is_said_in_words(reason: str, words: str) -> None:
    assert words in (in_words(reason) or "")


def test_a_reason_of_another_release_has_no_words() -> None:
    assert in_words("something-else") is None
    assert in_words(None) is None
