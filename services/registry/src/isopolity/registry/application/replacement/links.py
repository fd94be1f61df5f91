"""Links in mails about changes of contacts: their secrets, and the effect of a mail's outcome on its change.

Invariant: a secret is returned once, to the service that mails it, and stored as its digest; a letter has one link at a
time.
"""

from datetime import datetime

from isopolity.registry.application.joining.links import digest_of, new_secret
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.replacement.ports import ChangeLink
from isopolity.registry.domain.errors import Gone
from isopolity.registry.domain.joining.letter import SENT, Letter
from isopolity.registry.domain.replacement.contact_change import PERSON, UNDELIVERED, WAITING
from isopolity.registry.domain.replacement.notice import WAITS


async def issue_link(
    letter: Letter, uow: RegistryRepositories, surroundings: Surroundings
) -> tuple[str, datetime | None]:
    """The secret for the mail that is written now, and the end of the time to object. Raises Gone."""
    assert letter.change_id is not None  # noqa: S101 - only such letters come here
    assert letter.notice is not None  # noqa: S101
    change = await uow.contact_changes.get(letter.change_id)
    if change is None or (letter.notice.stage == WAITS and not change.is_open):
        raise Gone("The change that this letter is about was taken back or made; send nothing.")
    if letter.notice.to == PERSON and letter.notice.stage == WAITS:
        change = change.issued(surroundings.clock())
        await uow.contact_changes.put(change)
    secret = new_secret()
    link = ChangeLink(
        letter_id=letter.letter_id,
        change_id=change.change_id,
        to=letter.notice.to,
        secret_digest=digest_of(secret),
    )
    await uow.contact_changes.put_link(link)
    is_ahead = change.status == WAITING and change.due_at is not None and surroundings.clock() < change.due_at
    return secret, change.due_at if is_ahead else None  # the time to object restarts when the person's mail is written


async def mail_ended(letter: Letter, outcome: str, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Apply a mail's outcome: if it was sent, the time to object starts; if it was given up, staff must decide."""
    assert letter.change_id is not None  # noqa: S101 - only such letters come here
    assert letter.notice is not None  # noqa: S101
    if outcome != SENT:
        uow.audit.note("letter", letter.letter_id, after={"outcome": outcome})
    if letter.notice.to == PERSON:
        await _person_reached(letter.change_id, outcome == SENT, uow, surroundings)


async def mail_came_back(letter_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Call staff if the person's mail came back after its letter was deleted."""
    link = await uow.contact_changes.link_of_letter(letter_id)
    if link is not None and link.to == PERSON:
        await _person_reached(link.change_id, False, uow, surroundings)


async def _person_reached(
    change_id: str, is_reached: bool, uow: RegistryRepositories, surroundings: Surroundings
) -> None:
    change = await uow.contact_changes.get(change_id)
    if change is None or change.status != WAITING:
        return
    now = surroundings.clock()
    await uow.contact_changes.put(change.mailed(now) if is_reached else change.called(UNDELIVERED, now))
