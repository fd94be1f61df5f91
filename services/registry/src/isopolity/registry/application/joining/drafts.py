"""Drafts of applications: begin, mail the link, save a step, hand in.

Invariant: beginning one does the same work and gets the same answer whatever is known of the address. A draft becomes
one application, whose address the link has confirmed.
"""

from secrets import token_urlsafe
from typing import Any, Final

from isopolity.registry.application.commands import BeginDraft, HandIn, SaveStep
from isopolity.registry.application.events import publish_draft
from isopolity.registry.application.joining.applications import digest_of, require_eligible
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.errors import Gone, NotFound
from isopolity.registry.domain.joining.application import CONFIRMED, Application
from isopolity.registry.domain.joining.draft import ENDED, Draft

_SECRET_BYTES: Final = 32


async def begin_draft(command: BeginDraft, uow: RegistryUnitOfWork, surroundings: Surroundings) -> None:
    """Keep that somebody wants to apply, and ask for the mail with the link. Raises LimitReached."""
    now = surroundings.clock()
    mailable = await surroundings.limits.admit(uow.counters, client=command.client, email=command.email, now=now)
    draft = Draft(
        draft_id=surroundings.ids(),
        version=1,
        member_kind=command.member_kind,
        email=command.email,
        language=command.language,
        started_at=now,
        mailable=mailable,
    )
    await uow.drafts.add(draft)
    publish_draft(uow.outbox, draft)


async def issue_link(draft_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> tuple[Draft, str]:
    """Make the secret of the link that is about to be mailed; earlier ones end. Raises NotFound, Gone."""
    stored = await uow.drafts.get(draft_id)
    if stored is None:
        raise NotFound("There is no draft with this id; it has been handed in, or is too old.")
    secret = token_urlsafe(_SECRET_BYTES)
    issued = stored.issued(digest_of(secret), surroundings.clock())
    await uow.drafts.save(issued)
    return issued, secret


async def open_draft(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Draft:
    """The draft behind the link; opening it changes nothing. Raises Gone."""
    stored = await uow.drafts.by_secret(digest_of(secret))
    if stored is None:
        raise Gone(ENDED)
    stored.require_open(surroundings.clock())
    return stored


async def save_step(
    command: SaveStep[Any], draft: Draft, uow: RegistryRepositories, surroundings: Surroundings
) -> Draft:
    """Keep what one step holds, which `profile` is made of. Raises StaleVersion, InvalidProfile."""
    draft.require_version(command.version)
    require_eligible(command.profile, surroundings)
    saved = draft.saved(command.step, command.fields, surroundings.clock())
    await uow.drafts.save(saved)
    return saved


async def hand_in(
    command: HandIn[Any], draft: Draft, uow: RegistryRepositories, surroundings: Surroundings
) -> Application:
    """Make an application of the draft, which staff sees from now on. Raises StaleVersion, InvalidProfile."""
    draft.require_version(command.version)
    application = Application(
        application_id=surroundings.ids(),
        version=1,
        status=CONFIRMED,
        region=require_eligible(command.profile, surroundings),
        profile=command.profile,
        person=command.person,
        others=tuple(command.others),
        received_at=surroundings.clock(),
        mailable=True,
    )
    uow.applications.add(application)
    await uow.drafts.delete(draft.draft_id)
    return application


async def forget_draft(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Delete the draft behind the link, at its holder's wish. Raises Gone."""
    await uow.drafts.delete((await open_draft(secret, uow, surroundings)).draft_id)
