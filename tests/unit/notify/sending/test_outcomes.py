"""Outcomes of mails go out, and are counted."""

from dataclasses import replace

from isopolity.machine.clock import uuid7
from isopolity.notify.application.mails import publish_outcomes
from isopolity.notify.domain.mail import MailState
from isopolity.persistence.unit_of_work import EventFactory
from tests.support.notify.events import PROPOSAL_ID, START, unsent
from tests.support.notify.fakes import FakeOutbox


def test_only_mails_about_a_proposal_that_have_an_outcome_are_published() -> None:
    outbox = FakeOutbox(EventFactory("urn:isopolity:notify", lambda: START, uuid7))
    waiting, sent = unsent(PROPOSAL_ID, "a"), replace(unsent(PROPOSAL_ID, "b"), state=MailState.SENT)
    assert publish_outcomes([waiting], outbox) == 0
    assert publish_outcomes([waiting, sent], outbox) == len(outbox.published) == 1
