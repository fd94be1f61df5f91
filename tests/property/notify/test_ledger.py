"""A mail is sent at most once unless a person says otherwise, whatever happens to it, in any order."""

from datetime import timedelta

from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from isopolity.notify.domain.mail import CLAIMABLE, Mail, MailState, Purpose, RetryPolicy
from tests.support.examples import examples
from tests.support.notify.events import START

LEASE = timedelta(minutes=5)


class LedgerEntry(RuleBasedStateMachine):
    """Owners that claim, die, are slow or report; a mail server that may or may not have taken the mail."""

    @initialize()
    def enter(self) -> None:
        self.now = START
        self.taken = 0
        self.decisions = 0
        self.mail = Mail(
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

    @rule()
    def time_passes(self) -> None:
        self.now += LEASE

    @precondition(lambda self: self.mail.state in CLAIMABLE)
    @rule()
    def claim_when_due(self) -> None:
        self.now = max(self.now, self.mail.due_at)
        self.mail = self.mail.claimed("owner", self.now, LEASE)

    @precondition(lambda self: self.mail.state is MailState.CLAIMED)
    @rule()
    def transmit_and_be_taken(self) -> None:
        self.mail = self.mail.transmitting(self.now, LEASE)
        self.taken += 1

    @precondition(lambda self: self.mail.state is MailState.CLAIMED)
    @rule()
    def transmit_and_be_cut_before_anything_was_taken(self) -> None:
        self.mail = self.mail.transmitting(self.now, LEASE)
        self.mail = self.mail.deferred(self.now, "smtp-451", RetryPolicy(attempts=3))

    @precondition(lambda self: self.mail.state is MailState.TRANSMITTING)
    @rule()
    def the_owner_reports(self) -> None:
        self.mail = self.mail.sent(self.now)

    @precondition(lambda self: self.mail.state is MailState.TRANSMITTING)
    @rule()
    def the_owner_dies(self) -> None:
        self.now += LEASE
        self.mail = self.mail.unknown(self.now, "owner-died")

    @precondition(lambda self: self.mail.state is MailState.UNKNOWN)
    @rule()
    def a_person_says_send_again(self) -> None:
        self.mail = self.mail.send_again(self.now)
        self.decisions += 1

    @invariant()
    def it_is_taken_once_and_once_more_for_each_decision_at_most(self) -> None:
        assert self.taken <= 1 + self.decisions

    @invariant()
    def what_was_taken_is_not_waiting_to_be_sent_unless_a_person_said_so(self) -> None:
        if self.mail.state in CLAIMABLE:
            assert self.taken <= self.decisions


LedgerEntry.TestCase.settings = examples(100, stateful_step_count=30)
TestLedgerEntry = LedgerEntry.TestCase
