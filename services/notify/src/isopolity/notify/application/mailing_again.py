"""A proposal's mail goes out once more: to whom the member has now, or to the same contact if it never arrived.

Invariant: a side has at most one answer link that counts; the earlier mail's ends with the new one.
"""

from isopolity.clock import Clock, IdFactory
from isopolity.contracts.event import Lineage
from isopolity.lineage import current_lineage
from isopolity.notify.application.mails import mail_in, new_mail
from isopolity.notify.application.ports import NotifyUnitOfWork
from isopolity.notify.domain.errors import MailNotAgain, ProposalSettled
from isopolity.notify.domain.mail import OPEN, UNDELIVERABLE, Mail, MailState, Purpose


async def mail_again(mail_id: str, uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> Mail:
    """The mail that goes out. Raises UnknownMail, MailNotAgain, ProposalSettled."""
    mail, now = await mail_in(mail_id, uow), clock()
    if mail.purpose is not Purpose.PROPOSAL:
        raise MailNotAgain("Only the mail of a proposal is sent again; other mails tell what has happened.")
    if mail.state in OPEN or mail.state is MailState.UNKNOWN:
        raise MailNotAgain(f"This mail is {mail.state}; what becomes of it is not decided yet.")
    proposal = (await uow.proposals.get([mail.occasion_id]))[mail.occasion_id]
    if not proposal.takes_answers(mail.side, now):
        raise ProposalSettled("This proposal takes no more answers; nothing is mailed about it.")
    member_id = proposal.side(mail.side).member_id
    contact = (await uow.contacts.first_choices([member_id])).get(member_id)
    if contact is None:
        raise MailNotAgain("The member has no contact; name one first, and then mail again.")
    of_side = await uow.mails.of_proposals([mail.occasion_id], Purpose.PROPOSAL)
    had = [each for each in of_side if (each.side, each.contact_id) == (mail.side, contact.contact_id)]
    if had and (had[-1].state not in UNDELIVERABLE or had[-1].link_voided_at is not None):
        raise MailNotAgain("The member's present contact has this mail already, or is just getting it.")
    lineage = current_lineage() or Lineage(mail.correlation_id, mail.causation_id, mail.traceparent)
    again = had[-1].send_again(now) if had else None
    fresh = again or new_mail(
        ids(), mail.occasion_id, Purpose.PROPOSAL, lineage, now, side=mail.side, contact_id=contact.contact_id
    )
    earlier = [each.link_voided(now) for each in of_side if each.side == mail.side and each.mail_id != fresh.mail_id]
    await uow.mails.save([*earlier, *([again] if again else [])])
    if again is None:
        await uow.mails.add([fresh])
    uow.audit.note("mail", mail_id, before={"state": mail.state}, after={"mailed_again_as": fresh.mail_id})
    return fresh
