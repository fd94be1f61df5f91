"""Drafts of applications: begin, mail the link, save a step, hand in; questions of staff to applicants, which are
answered with a draft of the application, or withdrawn with it.

Invariants: beginning a draft does the same work and gets the same answer whether or not the address is known. A draft
becomes one application, whose address the link has confirmed. While the applicant has it, an application stays as
submitted; an answer and its corrections are applied together, once.
"""

from collections.abc import Mapping
from typing import Any

from isopolity.registry.application.access.rules import digest_of_secret, new_secret
from isopolity.registry.application.commands import HandIn
from isopolity.registry.application.events import publish_draft
from isopolity.registry.application.joining.applications import require_eligible, stored_application
from isopolity.registry.application.joining.letters import write_letter
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.errors import FieldError, Gone, InvalidProfile, NotFound
from isopolity.registry.domain.joining.application import ASKED, CONFIRMED, ENDED, Application, Draft, Fields
from isopolity.registry.domain.joining.letter import QUESTION


async def begin_draft(
    member_kind: str, email: str, language: str, client: str, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> None:
    """Store a new draft and order the mail with its link; `client` is the sender's network address.

    Raises LimitReached.
    """
    now = surroundings.clock()
    mailable = await surroundings.limits.admit(uow.counters, client=client, email=email, now=now)
    draft = Draft(
        draft_id=surroundings.ids(),
        version=1,
        member_kind=member_kind,
        email=email,
        language=language,
        started_at=now,
        mailable=mailable,
    )
    await uow.drafts.add(draft)
    publish_draft(uow.outbox, draft)


async def issue_link(draft_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> tuple[Draft, str]:
    """Make the secret of the link that is mailed now, which ends earlier ones. Raises NotFound, Gone."""
    stored = await uow.drafts.get(draft_id)
    if stored is None:
        raise NotFound("There is no draft with this id; it has been handed in, or is too old.")
    secret = new_secret()
    issued = stored.issued(digest_of_secret(secret), surroundings.clock())
    await uow.drafts.save(issued)
    return issued, secret


async def open_draft(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Draft:
    """The draft behind the link; nothing changes. Raises Gone."""
    stored = await uow.drafts.by_secret(digest_of_secret(secret))
    if stored is None:
        raise Gone(ENDED)
    stored.require_open(surroundings.clock())
    return stored


async def held_draft(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Draft:
    """The draft behind the link; locks its application, if it has one, and then the draft. Raises Gone."""
    named = await open_draft(secret, uow, surroundings)
    if named.application_id is not None:
        await uow.applications.get(named.application_id)
    stored = await uow.drafts.get(named.draft_id)
    if stored is None or stored.secret_digest != named.secret_digest:
        raise Gone(ENDED)
    stored.require_open(surroundings.clock())
    return stored


async def save_step(
    draft: Draft, step: str, fields: Fields, profile: Any, uow: RegistryRepositories, surroundings: Surroundings
) -> Draft:
    """Save the fields of one step, which result in `profile`. Raises InvalidProfile."""
    require_eligible(profile, surroundings)
    saved = draft.saved(step, fields, surroundings.clock())
    await uow.drafts.save(saved)
    return saved


async def hand_in(
    command: HandIn[Any], draft: Draft, uow: RegistryRepositories, surroundings: Surroundings
) -> Application:
    """Turn the draft into an application for staff, or answer staff's question with it.

    Raises StaleVersion, InvalidProfile, Gone.
    """
    draft.require_version(command.version)
    if draft.application_id is not None:
        return await answer_question(command, draft, draft.application_id, uow, surroundings)
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
    """Delete the draft behind the link, and withdraw the application that it is for, if there is one. Raises Gone."""
    draft = await held_draft(secret, uow, surroundings)
    if draft.application_id is not None:
        await take_back(draft.application_id, uow, surroundings)
    await uow.drafts.delete(draft.draft_id)


async def ask_applicant(
    question: str,
    steps: Mapping[str, Fields],
    application: Application,
    uow: RegistryRepositories,
    surroundings: Surroundings,
) -> Application:
    """Mail a question to the applicant, with the application as `steps` of a draft. Raises NotPossible."""
    now = surroundings.clock()
    asked, person = application.asked(question, now), application.person
    assert person is not None  # noqa: S101 - an application that waits has an applicant
    letter = await write_letter(QUESTION, asked, person, uow, surroundings, words=question)
    known = await uow.drafts.of_application(application.application_id)
    if known is None:
        draft = Draft(
            draft_id=surroundings.ids(),
            version=1,
            member_kind=application.profile.member_kind,
            email=person.email,
            language=person.language,
            started_at=now,
            mailable=True,
            application_id=application.application_id,
            question=question,
            letter_id=letter.letter_id,
            steps=steps,
        )
        await uow.drafts.add(draft)
    else:
        await uow.drafts.save(known.asked_again(question, letter.letter_id, now))
    uow.applications.save(asked)
    return asked


async def answer_question(
    command: HandIn[Any], draft: Draft, application_id: str, uow: RegistryRepositories, surroundings: Surroundings
) -> Application:
    """Return the application to staff, with the answer and corrections. Raises Gone, InvalidProfile.

    The answer may be left out if something was corrected.
    """
    stored = await stored_application(application_id, uow)
    if stored.status != ASKED:
        raise Gone(ENDED)
    person, others = command.person, tuple(command.others)
    corrected = {"profile": command.profile, "person": person, "others": others}
    if command.answer is None and all(getattr(stored, name) == value for name, value in corrected.items()):
        raise InvalidProfile([FieldError(("answer",), "Answer the question, or correct a step.")])
    corrected["region"] = require_eligible(command.profile, surroundings)
    answered = stored.answered(answer=command.answer, now=surroundings.clock(), **corrected)
    uow.applications.save(answered)
    await uow.drafts.delete(draft.draft_id)
    return answered


async def take_back(application_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Withdraw the application for its applicant and delete its personal data. Raises Gone."""
    stored = await stored_application(application_id, uow)
    if stored.status != ASKED:
        raise Gone(ENDED)
    uow.applications.save(stored.withdrawn(surroundings.clock()))
