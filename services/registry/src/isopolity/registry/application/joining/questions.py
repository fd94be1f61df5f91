"""Questions of staff to applicants: asked, answered with a draft of the application, or withdrawn with it.

Invariant: while the applicant has it, an application stays as submitted; an answer and its corrections are applied
together, once.
"""

from typing import Any

from isopolity.registry.application.commands import AskApplicant, HandIn
from isopolity.registry.application.joining.applications import require_eligible, stored_application
from isopolity.registry.application.joining.letters import write_letter
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.errors import FieldError, Gone, InvalidProfile
from isopolity.registry.domain.joining.application import ASKED, Application
from isopolity.registry.domain.joining.draft import ENDED, Draft
from isopolity.registry.domain.joining.letter import QUESTION


async def ask_applicant(
    command: AskApplicant, application: Application, uow: RegistryRepositories, surroundings: Surroundings
) -> Application:
    """Mail a question to the applicant, with the application as a draft. Raises NotPossible."""
    now = surroundings.clock()
    asked, person = application.asked(command.question, now), application.person
    assert person is not None  # noqa: S101 - an application that waits has an applicant
    letter = await write_letter(QUESTION, asked, person, uow, surroundings, words=command.question)
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
            question=command.question,
            letter_id=letter.letter_id,
            steps=command.steps,
        )
        await uow.drafts.add(draft)
    else:
        await uow.drafts.save(known.asked_again(command.question, letter.letter_id, now))
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
