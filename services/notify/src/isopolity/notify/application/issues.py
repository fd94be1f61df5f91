"""Letters whose recipient only registry knows: it names the recipient and makes a secret when the letter is written.

Invariant: notify keeps neither the person nor the secret. Registry is asked outside every transaction; each new secret
ends the earlier one, so that a late letter holds a valid secret or is not written. Registry forgets the recipient of a
letter once notify has reported how its mail ended; the report is repeated until registry answers.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from isopolity.notify.application.letters import IssuedLetter
from isopolity.notify.application.mails import Outcomes
from isopolity.notify.application.ports import Applicants, UnitOfWorkFactory
from isopolity.notify.domain.errors import DeliveryProblem, NoLongerWanted, Postponed, RegistryAway
from isopolity.notify.domain.mail import FROM_OFFICE, Mail, Purpose
from isopolity.notify.domain.mail_reasons import LETTER_ENDED
from isopolity.notify.domain.people import Issued

_AT_ONCE: Final = 100


async def issue_letters(mails: Sequence[Mail], applicants: Applicants) -> tuple[list[IssuedLetter], Outcomes]:
    """Ask registry for the recipients of these mails; returns what can be written, and problems of other mails."""
    found = await asyncio.gather(*(_issue(mail, applicants) for mail in mails))
    issued = [answer for answer in found if not isinstance(answer, DeliveryProblem)]
    problems = zip(mails, found, strict=True)
    return issued, {mail.mail_id: answer for mail, answer in problems if isinstance(answer, DeliveryProblem)}


async def _issue(mail: Mail, applicants: Applicants) -> IssuedLetter | DeliveryProblem:
    issue: Callable[[str], Awaitable[Issued | None]]
    if mail.purpose is Purpose.SIGN_IN:
        issue, ended = applicants.issue_sign_in, "sign-in-ended"
    elif mail.purpose is Purpose.DRAFT:
        issue, ended = applicants.issue_draft, "draft-ended"
    elif mail.purpose in FROM_OFFICE:
        issue, ended = applicants.issue_letter, LETTER_ENDED
    else:
        issue, ended = applicants.issue, "confirmation-ended"
    try:
        issued = await issue(mail.occasion_id)
    except RegistryAway:
        return Postponed("registry-away")
    return NoLongerWanted(ended) if issued is None else IssuedLetter(mail=mail, issued=issued)


async def report_answered(unit_of_work: UnitOfWorkFactory, applicants: Applicants) -> int:
    """Let registry confirm contacts that answered by a link in a mail to them; returns how many it took.

    Each contact is reported again until registry publishes it as confirmed, so that no answer is lost.
    """
    async with unit_of_work() as uow:
        waiting = await uow.contacts.answered(_AT_ONCE)
    taken = 0
    for contact_id, version in waiting.items():
        try:
            taken += await applicants.contact_answered(contact_id, version)
        except RegistryAway:
            break
    return taken


async def report_ended(unit_of_work: UnitOfWorkFactory, applicants: Applicants) -> int:
    """Report ended letters to registry, which then forgets their recipients; returns how many were reported."""
    async with unit_of_work() as uow:
        waiting = await uow.ended_letters.some(_AT_ONCE)
    forgotten = 0
    for letter_id, outcome in waiting.items():
        try:
            await applicants.forget_letter(letter_id, outcome)
        except RegistryAway:
            break
        async with unit_of_work() as uow:
            await uow.ended_letters.remove(letter_id)
            await uow.commit()
        forgotten += 1
    return forgotten
