"""Reasons why a mail ended or waits: one sentence for each code in the ledger.

Invariant: a mail that is not sent because its words are no longer true ends with one of the codes in `STALE`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from isopolity.notify.domain.mail import Mail, Purpose
from isopolity.notify.domain.proposal import Answer, Proposal

REMINDER_HOLDS: Final = timedelta(days=7)
"""How long a reminder may be delayed and is still sent; after that staff may ask for the next one."""

NO_REASON: Final = "none"
"""The code used for mails that did not arrive and have no reason in the ledger."""
DEADLINE_PASSED: Final = "deadline-passed"
PROPOSAL_SETTLED: Final = "proposal-settled"
ANSWERED: Final = "answered-already"
LINK_VOIDED: Final = "link-voided"
NEVER_ANNOUNCED: Final = "never-told"
PARTNERSHIP_ENDED: Final = "partnership-ended"
REMINDER_OLD: Final = "reminder-old"
CALL_REPLACED: Final = "call-replaced"
LETTER_ENDED: Final = "letter-ended"

STALE: Final[Mapping[str, str]] = {
    DEADLINE_PASSED: "The time to answer was over before the mail could go; the member's page shows the proposal.",
    PROPOSAL_SETTLED: "The proposal took no answers any more; the member's page shows it.",
    ANSWERED: "The member had answered already, on its page.",
    LINK_VOIDED: "The office had ended the link in it.",
    NEVER_ANNOUNCED: "It tells the end of a proposal of which the member never heard.",
    PARTNERSHIP_ENDED: "The partnership had ended before both were introduced.",
    CALL_REPLACED: "It tells of an answer by telephone, and the office has entered another one since.",
    REMINDER_OLD: "It reminds of something, and was a week old.",
    "sign-in-ended": "A link to sign in was not wanted any more; its reader asks for another on the page to sign in.",
    "confirmation-ended": "There was nothing to confirm any more.",
    "draft-ended": "The draft was opened, handed in or deleted before.",
    LETTER_ENDED: "The office's letter was not wanted any more, was answered, or is deleted.",
}
"""Sentences by code, for mails that were not sent because their words were no longer true."""
_OTHER: Final[Mapping[str, str]] = {
    NO_REASON: "It came back, without a reason.",
    "no-contact": "The member had no contact that could be mailed.",
    "contact-erased": "The contact that it was for is erased.",
    "contact-unconfirmed": "The contact that it was for had not confirmed the address.",
    "contact-changed": "A contact that it names changed as it was being sent; it is written anew.",
    "address-unusable": "The address cannot be mailed.",
    "cannot-be-written": "Its text could not be written.",
    "registry-away": "The registry of members did not answer.",
    "owner-died": "The process that sent it stopped in the middle; it may have gone.",
    "restored": "It was open when the backup was taken; it may have gone.",
    "sent-again-by-decision": "Staff had it sent again.",
    "mailbox-not-writable": "The mail box on disk could not be written.",
}
ASKED_ANEW: Final[Mapping[Purpose, str]] = {
    Purpose.SIGN_IN: "It holds a link to sign in: its reader asks for another on the page to sign in.",
    Purpose.CONFIRMATION: (
        "It holds a link that confirms an address: who applied applies again, a contact is asked again on the page of "
        "its member, and a handover is started again."
    ),
    Purpose.DRAFT: "It holds a link to an application: its reader asks for another on the page to join.",
    Purpose.QUESTION: "It holds a link to an application: ask again on the page of the application.",
    Purpose.CONSULTATION: "It holds a link for a National Commission: ask it again on the page of the application.",
}
"""Sentences by purpose, for mails with a secret: why they are not sent again, and who can ask for a new one."""
_OF_SERVER: Final[Mapping[str, str]] = {
    "connect": "The mail server could not be reached, or let nobody in.",
    "connection": "The connection to the mail server was lost.",
    "no": "The mail server did not answer.",
    "odd": "The mail server gave an answer that says nothing; the mail may have gone.",
}
_REFUSED: Final = "The recipient's mail server refused it ({}): the address may be wrong, or the mail box full."
_PUT_OFF: Final = "The mail server could not take it then ({})."


def in_words(reason: str | None) -> str | None:
    """The sentence for a code of the ledger; None for an unknown code."""
    if not reason:
        return None
    known = STALE.get(reason) or _OTHER.get(reason) or _OF_SERVER.get(reason.partition("-")[0])
    code = reason.rpartition("smtp-")[2]
    if known or not code.isdigit():
        return known
    return (_REFUSED if code.startswith("5") else _PUT_OFF).format(code)


def no_answer_wanted(mail: Mail, proposal: Proposal, answer: Answer | None, now: datetime) -> str | None:
    """The code of the reason why a mail must no longer ask for an answer; None if it may."""
    if not proposal.takes_answers(mail.side, now):
        return PROPOSAL_SETTLED if proposal.settled or proposal.lapsed_by == mail.side else DEADLINE_PASSED
    if answer is not None and answer.final:
        return ANSWERED
    return LINK_VOIDED if mail.link_voided_at is not None else None
