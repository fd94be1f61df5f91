"""The errors of notify.

NotifyError
├── SettingMissing        notify cannot start without a setting; the message says which
├── WrongTransition       a ledger entry cannot go from its state to the one asked for
├── MailNotUnknown        only a mail that is unknown can be resolved
├── MailNotAgain          the mail cannot be sent once more; the message says why
├── MailWithoutLink       the mail has no answer link that could be ended
├── LinkRefused           an answer link is forged, damaged or signed with a key that is no longer in use
├── LinkEnded             the contact that an answer link was mailed to has changed or gone, or staff ended the link
├── UnknownProposal       no such proposal is known here
├── ProposalSettled       the proposal is settled or its deadline has passed: answers no longer count
├── AlreadyAnswered       this side said yes or no, and that is final
├── AnswerInvalid         the answer is not one of the four, or its date does not fit
├── EnteredMeanwhile      the side has answered since staff opened the form
├── TooManyEntries        staff has entered answers of this side too often
├── ApproverMissing       a yes by telephone waits for the member's approver
├── UnknownMail           no such mail stands in the ledger
├── RegistryAway          registry does not answer now; the call may be repeated
└── DeliveryProblem       a mail server did not take a mail
    ├── TryLater          known not to be taken; trying again may help
    ├── Postponed         not offered yet, for a reason that is not the recipient's
    ├── ServerAway        the mail server takes mails from nobody now, which is no mail's fault
    ├── Refused           known not to be taken; trying again will not help
    ├── NoLongerWanted    what the mail is about has ended: it is not sent
    └── OutcomeUnknown    no clear reply came after the final dot: it may have been taken or not
"""


class NotifyError(Exception):
    """Root of notify's errors."""


class SettingMissing(NotifyError):
    """notify cannot start without a setting."""


class WrongTransition(NotifyError):
    """A ledger entry cannot go from its state to the one asked for."""


class MailNotUnknown(NotifyError):
    """The mail is not unknown: there is nothing to decide."""


class MailNotAgain(NotifyError):
    """The mail cannot be sent once more; the message says why."""


class MailWithoutLink(NotifyError):
    """The mail has no answer link that could be ended."""


class LinkRefused(NotifyError):
    """The answer link is not one that this network signed."""


class LinkEnded(NotifyError):
    """The answer link was issued by this network, but no longer acts for its member."""


class UnknownProposal(NotifyError):
    """No such proposal is known here."""


class ProposalSettled(NotifyError):
    """Answers to this proposal no longer count."""


class AlreadyAnswered(NotifyError):
    """This side's answer is final."""


class AnswerInvalid(NotifyError):
    """The answer is not valid; the message says what to change."""


class EnteredMeanwhile(NotifyError):
    """The side has answered, or staff has entered an answer of it, since the form was opened."""


class TooManyEntries(NotifyError):
    """Staff has entered answers of this side as often as it may."""


class ApproverMissing(NotifyError):
    """The member has named an approver, who has to confirm a yes that was given by telephone."""


class UnknownMail(NotifyError):
    """No such mail stands in the ledger."""


class RegistryAway(NotifyError):
    """Registry does not answer now."""


class DeliveryProblem(NotifyError):
    """A mail server did not take a mail. `reason` is a code such as `connect-refused` or `smtp-550`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(DeliveryProblem):
    """Known not to be taken; trying again may help."""


class Postponed(DeliveryProblem):
    """Not offered yet, for a reason that is not the recipient's: tried again, and the attempt does not count."""


class ServerAway(DeliveryProblem):
    """The mail server takes mails from nobody now, which uses up no mail's attempt.

    `refuses`: it can be reached, so only another mail can show that it accepts mails again.
    """

    def __init__(self, reason: str, *, refuses: bool = False) -> None:
        super().__init__(reason)
        self.refuses = refuses


class Refused(DeliveryProblem):
    """Known not to be taken; trying again will not help."""


class NoLongerWanted(DeliveryProblem):
    """The occasion of the mail has ended, so it is not sent."""


class OutcomeUnknown(DeliveryProblem):
    """It may have been taken or not; only a person may decide to send it again."""
