"""Letters of registry's office: once a mail is out or given up, registry forgets whom it went to.

Invariant: that a mail has ended is entered in the transaction that ends it; registry is told again until it answers.
"""

from collections.abc import Iterable

from isopolity.notify.application.ports import Applicants, NotifyUnitOfWork, UnitOfWorkFactory
from isopolity.notify.domain.errors import RegistryAway
from isopolity.notify.domain.mail import FROM_OFFICE, OVER, Mail

_AT_ONCE = 100


async def note_ended(mails: Iterable[Mail], uow: NotifyUnitOfWork) -> None:
    """Enter those of the mails that are letters of the office and have come to their end."""
    ended = [mail for mail in mails if mail.purpose in FROM_OFFICE and mail.state in OVER]
    if ended:
        await uow.ended_letters.add({mail.occasion_id: mail.updated_at for mail in ended})


async def tell_ended(unit_of_work: UnitOfWorkFactory, applicants: Applicants) -> int:
    """Let registry forget whom ended letters went to; while it is away they wait. Returns how many it has forgotten."""
    async with unit_of_work() as uow:
        waiting = await uow.ended_letters.some(_AT_ONCE)
    told = 0
    for letter_id in waiting:
        try:
            await applicants.forget_letter(letter_id)
        except RegistryAway:
            break
        async with unit_of_work() as uow:
            await uow.ended_letters.remove(letter_id)
            await uow.commit()
        told += 1
    return told
