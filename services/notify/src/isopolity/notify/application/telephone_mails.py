"""Data of the mails that tell the contacts of a side of an answer by telephone.

Invariant: a mail whose words are no longer true is not sent: another answer was entered since, or a yes can no longer
be confirmed. None of that depends on the other side.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from isopolity.contracts.answers import Choice
from isopolity.notify.application.letters import Notice
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.mail import Mail, Purpose
from isopolity.notify.domain.mail_reasons import CALL_REPLACED, no_answer_wanted
from isopolity.notify.domain.telephone import PhoneCall


async def notices_of_calls(
    mails: Sequence[Mail], uow: NotifyUnitOfWork, now: datetime
) -> tuple[Sequence[Notice], Sequence[Mail]]:
    """The notices that can be written, and the mails that must not be sent."""
    mails = [mail for mail in mails if mail.purpose is Purpose.TELEPHONE]
    if not mails:
        return [], []
    calls = await _calls(mails, uow)
    untrue = await _untrue(mails, calls, uow, now)
    known = await uow.contacts.get(sorted({mail.contact_id for mail in mails}))
    ready, suppressed = list[Notice](), list[Mail]()
    for mail in mails:
        recipient, reason = known.get(mail.contact_id), untrue.get(mail.mail_id)
        if reason is None and recipient is not None and recipient.confirmed:
            ready.append(Notice(mail=mail, about=calls[mail.occasion_id], recipient=recipient))
        else:
            missing = "contact-erased" if recipient is None else "contact-unconfirmed"
            suppressed.append(mail.suppressed(now, reason or missing))
    return ready, suppressed


async def untrue_calls(mails: Sequence[Mail], uow: NotifyUnitOfWork, now: datetime) -> Mapping[str, str]:
    """Codes of reasons, by mail id, not to send mails about answers by telephone."""
    mails = [mail for mail in mails if mail.purpose is Purpose.TELEPHONE]
    if not mails:
        return {}
    return await _untrue(mails, await _calls(mails, uow), uow, now)


async def _untrue(
    mails: Sequence[Mail], calls: Mapping[str, PhoneCall], uow: NotifyUnitOfWork, now: datetime
) -> Mapping[str, str]:
    answers = await uow.answers.of_proposals(sorted({call.proposal.proposal_id for call in calls.values()}))
    found = dict[str, str]()
    for mail in mails:
        call = calls.get(mail.occasion_id)
        if call is None:
            found[mail.mail_id] = CALL_REPLACED
        elif call.answer.choice is Choice.YES:
            answer = answers.get((call.proposal.proposal_id, mail.side))
            reason = no_answer_wanted(mail, call.proposal, answer, now)
            if reason is not None:
                found[mail.mail_id] = reason
    return found


async def _calls(mails: Sequence[Mail], uow: NotifyUnitOfWork) -> Mapping[str, PhoneCall]:
    """The calls that the mails are about, by id; a call that another one has replaced is left out."""
    found = await uow.calls.get(sorted({mail.occasion_id for mail in mails}))
    proposals = await uow.proposals.get(sorted({call.proposal_id for call in found.values()}))
    return {
        call_id: PhoneCall(answer=call, proposal=proposals[call.proposal_id])
        for call_id, call in found.items()
        if call.proposal_id in proposals
    }
