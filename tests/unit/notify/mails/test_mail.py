"""The ledger's state machine, its published outcomes, and a sentence for each reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from isopolity.contracts import matching as contracts
from isopolity.machine.clock import uuid7
from isopolity.notify.application.mails import publish_outcomes
from isopolity.notify.domain.errors import WrongTransition
from isopolity.notify.domain.mail import Mail, MailState, Purpose, RetryPolicy
from isopolity.notify.domain.proposal import TO_MIND
from isopolity.persistence.unit_of_work import EventFactory
from tests.support.notify.events import PROPOSAL_ID, START, unsent
from tests.support.notify.fakes import FakeOutbox

LEASE = timedelta(minutes=5)


def queued() -> Mail:
    return Mail(
        mail_id="m",
        occasion_id="p",
        side="a",
        purpose=Purpose.PROPOSAL,
        contact_id="c",
        created_at=START,
        due_at=START,
        updated_at=START,
        correlation_id="x",
    )


def test_a_mail_goes_from_queued_to_sent_and_counts_its_versions() -> None:
    sent = queued().claimed("owner", START, LEASE).transmitting(START, LEASE).sent(START)
    assert (sent.state, sent.version, sent.attempts) == (MailState.SENT, 4, 1)


def test_a_mail_that_was_not_marked_as_transmitting_cannot_be_sent() -> None:
    for mail in (queued(), queued().claimed("owner", START, LEASE)):
        with pytest.raises(WrongTransition, match="cannot become sent"):
            mail.sent(START)


@pytest.mark.parametrize("state", [MailState.SENT, MailState.FAILED, MailState.SUPPRESSED, MailState.UNKNOWN])
def test_a_mail_that_has_an_outcome_is_never_claimed_again(state: MailState) -> None:
    claimed = queued().claimed("owner", START, LEASE)
    transmitting = claimed.transmitting(START, LEASE)
    ended = {
        MailState.SENT: transmitting.sent(START),
        MailState.FAILED: transmitting.failed(START, "smtp-554"),
        MailState.SUPPRESSED: claimed.suppressed(START, "contact-erased"),
        MailState.UNKNOWN: transmitting.unknown(START, "owner-died"),
    }[state]
    with pytest.raises(WrongTransition, match=f"{state} cannot become claimed"):
        ended.claimed("another", START, LEASE)


def test_a_mail_sent_again_by_decision_starts_over() -> None:
    unknown = queued().claimed("owner", START, LEASE).transmitting(START, LEASE).unknown(START, "owner-died")
    again = unknown.send_again(START)
    assert (again.state, again.owner, again.attempts, again.due_at) == (MailState.QUEUED, None, 0, START)


def test_waits_double_up_to_the_longest() -> None:
    policy = RetryPolicy(first=timedelta(seconds=30), longest=timedelta(minutes=5), attempts=10)
    assert [policy.wait(attempts).total_seconds() for attempts in (1, 2, 3, 4, 5, 100)] == [30, 60, 120, 240, 300, 300]


def test_reasons_to_bear_in_mind_are_those_of_the_contract() -> None:
    assert TO_MIND == contracts.TO_MIND


def test_only_mails_about_a_proposal_that_have_an_outcome_are_published() -> None:
    outbox = FakeOutbox(EventFactory("urn:isopolity:notify", lambda: START, uuid7))
    waiting, sent = unsent(PROPOSAL_ID, "a"), replace(unsent(PROPOSAL_ID, "b"), state=MailState.SENT)
    assert publish_outcomes([waiting], outbox) == 0
    assert publish_outcomes([waiting, sent], outbox) == len(outbox.published) == 1
