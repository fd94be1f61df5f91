"""Queries of notify's database, for people and operators."""

from datetime import timedelta

from isopolity.command.client.status.report import mail_server
from isopolity.contracts.answers import Choice
from isopolity.contracts.event_types import CANARY_RELAYED
from isopolity.contracts.registry import CanarySounded
from isopolity.notify.adapters.sql.mail_counts import counts, mail_server_problem
from isopolity.notify.adapters.sql.queries import FeedbackQueries, MailQueries
from isopolity.notify.adapters.sql.shared_rows import canary_sounded
from isopolity.notify.adapters.sql.unarrived import UnreachedContacts
from isopolity.notify.application.answers import Reply
from isopolity.notify.bootstrap import refusing_server
from isopolity.notify.domain.errors import Refused, ServerAway
from isopolity.notify.domain.mail import MailState, Purpose
from isopolity.notify.domain.proposal import EndedInterest, EndedPartnership, Proposal
from isopolity.persistence.database import Database
from isopolity.web.operations.troubles import mail_troubles
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import (
    PROPOSAL_ID,
    START,
    contact,
    contact_event,
    ended_event,
    event,
    interest_event,
    proposal_event,
)
from tests.support.portal.operations import report

_WAITING = ("waiting", "deferred", "without_server", "late")


async def test_mails_and_contacts_are_counted(bench: NotifyBench, database: Database) -> None:
    none = {
        **{f"mails_{state}": 0 for state in (*MailState, *_WAITING)},
        **{f"mails_{kind}_seconds": None for kind in _WAITING},
        **{f"mails_{kind}_members": 0 for kind in _WAITING},
        "mails_stale": 0,
        "mail_server_away_seconds": None,
        "mail_server_reason": None,
        "last_mail_sent_at": None,
        "mails_sent_in_a_day": 0,
        "rehearsal": 0,
    }
    assert await counts(database, START) == {**none, "contacts": 0}
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.clock.advance(hours=1)
    await bench.handle(proposal_event(proposal_id="another"))
    expected = {"mails_queued": 4, "contacts": 2, "mails_waiting": 4, "mails_late": 2, "mails_late_seconds": 3600.0}
    expected |= {"mails_waiting_seconds": 3600.0, "mails_waiting_members": 2, "mails_late_members": 2}
    assert await counts(database, bench.clock()) == {**none, **expected}
    await bench.sender().send_due()
    await bench.handle(contact_event("a", 2, "erased"))
    sent_at = bench.clock()
    last = {**none, "mails_sent": 4, "contacts": 1, "last_mail_sent_at": sent_at.isoformat()}
    assert await counts(database, sent_at) == {**last, "mails_sent_in_a_day": 4}
    assert await counts(database, sent_at + timedelta(days=1)) == last


async def test_mails_are_late_where_nobody_tries_them_and_without_server_until_it_takes_one(
    bench: NotifyBench, database: Database
) -> None:
    async def waiting() -> list[object]:
        found = await counts(database, bench.clock())
        return [found[f"mails_{name}"] for name in ("late", "late_seconds", "without_server", "without_server_seconds")]

    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    assert await waiting() == [0, None, 0, None]
    bench.clock.advance(minutes=10)
    assert await waiting() == [2, 600.0, 0, None]
    bench.mailer.at_offer |= {f"{side}@city.example": ServerAway("connect-timeout") for side in "ab"}
    await bench.sender().send_due()
    assert await waiting() == [0, None, 2, 600.0]
    bench.clock.advance(minutes=1)
    found = await counts(database, bench.clock())
    assert (found["mail_server_away_seconds"], found["mail_server_reason"]) == (60.0, "connect-timeout")
    bench.mailer.at_offer.clear()
    await bench.sender().probe()
    await bench.sender().send_due()
    assert await waiting() == [0, None, 0, None]


async def test_every_screen_says_the_same_thing_about_the_mail_server(bench: NotifyBench, database: Database) -> None:
    async def verdicts() -> tuple[bool, bool, bool, bool, bool]:
        """Whether it is away: for flow and alerts, for status, for readiness, for the doctor, who has reached it."""
        now = bench.clock()
        found = await counts(database, now)
        return (
            any(each.kind == "mail-server-away" for each in mail_troubles(found)),
            "has taken no mail" in mail_server(report("notify", counts=found)),
            await mail_server_problem(database, now) is not None,
            await refusing_server(database, now) is not None,
            found["mail_server_away_seconds"] is not None,
        )

    nobody = (False, False, False, False, False)
    assert await verdicts() == nobody
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_offer |= {f"{side}@city.example": ServerAway("connect-timeout") for side in "ab"}
    await bench.sender().send_due()
    assert await verdicts() == (False, False, False, False, True), "not for the first minute"
    bench.clock.advance(seconds=61)
    assert await verdicts() == (True, True, True, False, True)
    assert "(connect-timeout)" in (await mail_server_problem(database, bench.clock()) or "")
    bench.mailer.at_offer = {f"{side}@city.example": ServerAway("smtp-421", refuses=True) for side in "ab"}
    await bench.sender().probe()
    await bench.sender().send_due()
    bench.clock.advance(seconds=61)
    assert await verdicts() == (True, True, True, True, True), "it answers, and takes mails from nobody"
    bench.mailer.at_offer.clear()
    await bench.sender().send_due()
    assert await verdicts() == nobody


async def test_the_newest_canary_is_the_one_that_counts(bench: NotifyBench, database: Database) -> None:
    assert await canary_sounded(database) is None
    for sounded_at in (START, START + timedelta(minutes=1), START):
        await bench.handle(event(CANARY_RELAYED, CanarySounded(canary_id="1", sounded_at=sounded_at)))
    assert await canary_sounded(database) == START + timedelta(minutes=1)
    assert len(await bench.published("canary.returned")) == 2


async def test_pages_of_mails_have_the_newest_first(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    await bench.handle(proposal_event(proposal_id="another"))
    queries = MailQueries(database=database)
    mails = await queries.page(state=None, before=None, limit=10)
    assert [mail.mail_id for mail in mails] == sorted((mail.mail_id for mail in mails), reverse=True)
    assert list(await queries.page(state=None, before=mails[1].mail_id, limit=1)) == [mails[2]]
    assert list(await queries.page(state=MailState.QUEUED, before=None, limit=10)) == list(mails[:2])
    assert await queries.get(mails[0].mail_id) == mails[0]
    assert await queries.get("none") is None
    first = next(mail for mail in mails if mail.side == "a")
    assert await queries.recipient(first) == contact("a")


async def test_mails_to_some_contacts_are_found(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), proposal_event(proposal_id="another"))
    queries = MailQueries(database=database)
    found = await queries.page(state=None, before=None, limit=10, contact_ids=["contact-a", "nobody"])
    assert [(mail.side, mail.contact_id) for mail in found] == [("a", "contact-a")] * 2
    found = await queries.page(state=None, before=None, limit=10, contact_ids=["contact-a"], occasions=["another"])
    assert [mail.occasion_id for mail in found] == ["another"]


async def test_each_mail_is_found_with_what_it_is_about(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), ended_event(), interest_event())
    queries = MailQueries(database=database)
    mails = await queries.page(state=None, before=None, limit=10)
    subjects = await queries.subjects(mails)
    kinds = {(mail.purpose, type(subjects[mail.mail_id])) for mail in mails}
    assert kinds == {
        (Purpose.PROPOSAL, Proposal),
        (Purpose.ENDING, EndedPartnership),
        (Purpose.NOT_INTRODUCED, EndedInterest),
    }
    assert await queries.subjects([]) == {}


async def test_feedback_is_what_was_written_with_an_answer(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), proposal_event(proposal_id="another"))
    for proposal_id, side, reason in ((PROPOSAL_ID, "a", "first"), ("another", "a", None), ("another", "b", "second")):
        await bench.answer(side, proposal_id, Reply(choice=Choice.LATER, reason=reason))
    queries = FeedbackQueries(database=database)
    newest, oldest = await queries.page(before=None, limit=10)
    assert [(each.proposal_id, each.side, each.choice, each.reason) for each in (newest, oldest)] == [
        ("another", "b", "later", "second"),
        (PROPOSAL_ID, "a", "later", "first"),
    ]
    assert list(await queries.page(before=newest.response_id, limit=10)) == [oldest]


async def test_who_is_not_reached_is_told_until_a_mail_arrives(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    unreached = UnreachedContacts(database=database)
    (found,) = await unreached.all(10)
    lost = next(mail for mail in await bench.mails() if mail.side == "a")
    assert (found.member_id, found.contact_id, found.mail_id) == ("member-a", "contact-a", lost.mail_id)
    assert (found.reason, found.since, found.mails) == ("smtp-550", START, 1)
    bench.mailer.at_transmit = {}
    bench.clock.advance(hours=1)
    await bench.handle(proposal_event(proposal_id="another"))
    await bench.sender().send_due()
    assert list(await unreached.all(10)) == []


async def test_who_is_gone_is_not_told_as_unreached(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.mailer.at_transmit = {"a@city.example": Refused("smtp-550")}
    await bench.sender().send_due()
    await bench.handle(contact_event("a", 2, "erased"))
    assert list(await UnreachedContacts(database=database).all(10)) == []


async def test_mails_are_found_by_the_proposals_that_they_are_about(bench: NotifyBench, database: Database) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event(), proposal_event(proposal_id="another"))
    found = await MailQueries(database=database).page(state=None, before=None, limit=10, occasions=["another"])
    assert {mail.occasion_id for mail in found} == {"another"}
