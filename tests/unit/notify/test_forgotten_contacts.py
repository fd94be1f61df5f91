"""A person who was erased or whose member withdrew stays gone, however late an older fetch is written."""

from dataclasses import replace

from isopolity.notify.domain.mail import MailState
from isopolity.notify.domain.people import Contact, first_choice
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import contact, contact_event, ended_event, proposal_event
from tests.support.notify.memory_mailer import FakeMailer


async def put(bench: NotifyBench, fetched: Contact) -> None:
    """Write what was fetched before, as an instance does that had been frozen in between."""
    async with bench.unit_of_work() as uow:
        await uow.contacts.put(fetched)
        await uow.commit()


async def test_a_fetch_from_before_the_erasure_of_somebody_never_seen_does_not_bring_them_in(
    bench: NotifyBench,
) -> None:
    await bench.handle(contact_event("a", 2, "erased"))
    await put(bench, contact("a", 1))
    assert await bench.contact("contact-a") is None


async def test_in_one_batch_too_the_erasure_wins(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a", 1), contact_event("a", 2, "erased"), contact_event("a", 1))
    assert await bench.contact("contact-a") is None


async def test_a_member_that_withdrew_and_returns_has_its_contacts_back(bench: NotifyBench) -> None:
    there = bench.directory.contacts.pop("contact-a")
    await bench.handle(contact_event("a", 1), contact_event("a", 2))
    assert await bench.contact("contact-a") is None
    await put(bench, replace(there, version=1))
    assert await bench.contact("contact-a") is None
    bench.directory.contacts["contact-a"] = replace(there, version=3)
    await bench.handle(contact_event("a", 3))
    assert await bench.contact("contact-a") == replace(there, version=3)


class _Meanwhile(FakeMailer):
    """Something happens between a letter's writing and its transmission."""

    def __init__(self, bench: NotifyBench, *events: object) -> None:
        super().__init__()
        self.bench, self.events = bench, list(events)

    async def offer(self, letter: object) -> None:
        events, self.events = self.events, []
        if events:
            await self.bench.handle(*events)  # type: ignore[arg-type] # events of the test's own


async def test_a_mail_to_somebody_erased_while_it_was_in_hand_is_not_transmitted(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    mailer = _Meanwhile(bench, contact_event("a", 2, "erased"))
    await bench.sender(mailer, concurrency=2).send_due()
    assert mailer.recipients() == ["b@city.example"]
    assert await bench.states() == [MailState.SUPPRESSED, MailState.SENT]


async def test_a_mail_to_somebody_whose_address_changed_while_it_was_in_hand_is_written_again(
    bench: NotifyBench,
) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    bench.directory.contacts["contact-a"] = replace(contact("a", 2), email="new@city.example")
    mailer = _Meanwhile(bench, contact_event("a", 2))
    sender = bench.sender(mailer, concurrency=2)
    await sender.send_due()
    assert mailer.recipients() == ["b@city.example"]
    bench.clock.advance(minutes=1)
    await sender.send_due()
    assert mailer.recipients() == ["b@city.example", "new@city.example"]


async def test_an_introduction_does_not_hand_on_somebody_erased_while_it_was_in_hand(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    await bench.handle(proposal_event("agreed", 2))
    mailer = _Meanwhile(bench, contact_event("b", 2, "erased"))
    sender = bench.sender(mailer, concurrency=2)
    await sender.send_due()
    assert mailer.delivered == []
    bench.clock.advance(minutes=1)
    await sender.send_due()
    assert mailer.recipients() == ["a@city.example"]
    assert b"b@city.example" not in mailer.delivered[0].content


async def test_an_introduction_goes_to_the_members_present_contact_and_names_the_others(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    for name in "ab":
        heir = replace(contact(name), contact_id=f"contact-new-{name}", email=f"new-{name}@city.example")
        bench.directory.contacts[heir.contact_id] = heir
        await bench.handle(contact_event(name, 2, "erased"), contact_event(f"new-{name}"))
    bench.mailer.delivered.clear()
    await bench.handle(proposal_event("agreed", 2), proposal_event("agreed", 3))
    await bench.sender().send_due()
    by_recipient = {letter.recipient: letter.content.decode() for letter in bench.mailer.delivered}
    assert sorted(by_recipient) == ["new-a@city.example", "new-b@city.example"]
    assert "new-b@city.example" in by_recipient["new-a@city.example"]
    assert "As you agreed" not in by_recipient["new-a@city.example"]
    assert "said yes through your predecessor" in by_recipient["new-a@city.example"].replace("=\r\n", "")
    await bench.handle(proposal_event("agreed", 4))  # as a restored service publishes it again
    await bench.sender().send_due()
    assert len(bench.mailer.delivered) == 2
    introductions = [mail for mail in await bench.mails() if mail.purpose == "introduction"]
    assert [mail.contact_id for mail in introductions] == ["contact-new-a", "contact-new-b"]


async def test_a_closing_mail_goes_to_nobody_who_did_not_know_of_the_proposal(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), proposal_event())
    await bench.sender().send_due()
    bench.directory.contacts["contact-new-a"] = replace(contact("a"), contact_id="contact-new-a")
    await bench.handle(contact_event("a", 2, "erased"), contact_event("new-a"), proposal_event("expired", 2))
    bench.mailer.delivered.clear()
    await bench.sender().send_due()
    assert bench.mailer.recipients() == ["b@city.example"]


async def test_the_end_of_a_partnership_is_told_to_whoever_takes_over_while_it_is_in_hand(bench: NotifyBench) -> None:
    await bench.handle(contact_event("a"), contact_event("b"), ended_event())
    heir = replace(contact("a"), contact_id="contact-heir", email="heir@city.example")
    bench.directory.contacts[heir.contact_id] = heir
    mailer = _Meanwhile(bench, contact_event("a", 2, "erased"), contact_event("heir"))
    sender = bench.sender(mailer, concurrency=2)
    await sender.send_due()
    bench.clock.advance(minutes=1)
    await sender.send_due()
    assert mailer.recipients() == ["b@city.example", "heir@city.example"]


ORDER = ("coordinator", "programme-officer", "deputy", "approver", "a role of a later release")


def test_a_coordinator_is_written_to_first_and_a_role_that_is_not_known_last() -> None:
    contacts = [replace(contact("a"), contact_id=f"contact-{9 - rank}", role=role) for rank, role in enumerate(ORDER)]
    while contacts:
        assert first_choice(reversed(contacts)) == contacts.pop(0)


def test_of_two_with_one_role_the_one_with_the_lower_id_is_written_to() -> None:
    older, younger = replace(contact("a"), contact_id="1"), replace(contact("a"), contact_id="2")
    assert first_choice([younger, older]) == older


def test_a_contact_that_came_by_a_merger_is_written_to_after_others_of_its_role() -> None:
    moved, own = replace(contact("a"), contact_id="1", moved=True), replace(contact("a"), contact_id="2")
    assert first_choice([moved, own]) == own
    assert first_choice([moved, replace(own, role="deputy")]) == moved
