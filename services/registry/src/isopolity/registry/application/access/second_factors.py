"""The second factor of staff and operators: they enrol an app once, and type its code at each sign-in.

Invariant: codes can be tried only in a session of a mailed link; a code is valid once, and each try is counted. An app
is enrolled with an enrolment code, which is returned once, to another person, who hands it over.
"""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from secrets import choice

from isopolity.registry.application.access.accounts import need_of
from isopolity.registry.application.access.ports import Authenticator, NewSecret
from isopolity.registry.application.access.session_ends import end_sessions_of_holder
from isopolity.registry.application.access.sessions import (
    Begun,
    enter_factor,
    held_session,
    repeated_answer,
    turn_session,
)
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.access.account import Account, OfficePerson
from isopolity.registry.domain.access.second_factor import (
    LENGTH,
    LETTERS,
    FactorNeed,
    SecondFactor,
    enrolment_code,
    letters_of,
)
from isopolity.registry.domain.errors import NotFound, NotPossible, WrongCode


def opened_factor(person_id: str, surroundings: Surroundings) -> tuple[SecondFactor, str]:
    """A second factor without an app, and the enrolment code for one; only the code's digest is stored."""
    code = enrolment_code([choice(LETTERS) for _ in range(LENGTH)])
    digest = surroundings.sign_in_rules.enrolment_digest(person_id, letters_of(code))
    return SecondFactor(opened_at=surroundings.clock(), enrolment_digest=digest), code


async def open_enrolment(person_id: str, by: str, uow: RegistryRepositories, surroundings: Surroundings) -> str:
    """Delete the person's app, passkeys and identity at an issuer, and open enrolment again; all sessions end.

    Returns the enrolment code, which the person with the id `by` hands over. Raises NotFound, and NotPossible if both
    are the same person.
    """
    person = await uow.office.get(person_id)
    if person is None:
        raise NotFound("No person with this id is on the list of staff and operators.")
    if person_id == by:
        raise NotPossible("Ask another person who manages this list. You cannot give yourself an enrolment code.")
    opened, code = opened_factor(person_id, surroundings)
    await uow.office.put(replace(person, second_factor=opened, issuer_subject=None))
    await uow.passkeys.forget([person_id])
    await end_sessions_of_holder(person_id, uow)
    uow.audit.note("person", person_id, details={"fields": ["second_factor"]})
    return code


async def begin_enrolment(
    refresh_token: str, code: str, uow: RegistryUnitOfWork, surroundings: Surroundings, authenticator: Authenticator
) -> NewSecret | None:
    """A secret for the app of the session's holder, to be confirmed by its first code; None if the session has ended.

    Commit in either case. The refresh token stays valid. `code` is the enrolment code. Raises NotPossible if there is
    an app already or enrolment has expired; WrongCode, after which the caller commits too, so that the try is counted;
    and LimitReached.
    """
    held = await held_session(refresh_token, uow, surroundings, changes=True)
    if held is None:
        return None
    person = await person_of(held.accounts, uow)
    await require_enrolment(person, code, uow, surroundings)
    made = authenticator.make(person.email)
    await uow.office.put(replace(person, second_factor=replace(person.second_factor, sealed=made.sealed)))
    enter_factor(held.account(person.person_id), "app", uow)
    return made


async def pass_second_factor(
    refresh_token: str,
    code: str,
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
    authenticator: Authenticator,
    *,
    key: str | None = None,
) -> Begun | None:
    """The session with its next refresh token, now for its holder's account of the office; None if it has ended.

    Commit in either case. Raises WrongCode, after which the caller commits too, so that the try is counted; the refresh
    token stays valid. Raises LimitReached after too many tries. A request repeated with its idempotency `key` gets the
    same answer.
    """
    held = await held_session(refresh_token, uow, surroundings, changes=True, key=key)
    now = surroundings.clock()
    if held is None or held.is_repeated:
        return None if held is None else await repeated_answer(held, uow, surroundings)
    person = await person_of(held.accounts, uow)
    await surroundings.sign_in_rules.admit_factor(uow.counters, person.person_id, now)
    factor = person.second_factor
    is_open = await need_of(person, uow, now) in (FactorNeed.CODE, FactorNeed.ENROLMENT)
    step = authenticator.step(factor.sealed, code, now) if factor.sealed is not None and is_open else None
    if factor.sealed is None or step is None or step <= factor.last_step:
        raise WrongCode
    counted = factor.counted(step, authenticator.resealed(factor.sealed))
    await uow.office.put(replace(person, second_factor=counted))
    passed, account = replace(held, session=replace(held.session, verified=True)), held.account(person.person_id)
    begun = await turn_session(passed, account, uow, surroundings, chosen=True)
    enter_factor(account, "app", uow, is_enrolled=not factor.confirmed)
    return begun


async def require_enrolment(
    person: OfficePerson, code: str, uow: RegistryUnitOfWork, surroundings: Surroundings
) -> None:
    """Check that this enrolment code lets the person enrol now. Raises NotPossible, WrongCode, LimitReached."""
    rules, now = surroundings.sign_in_rules, surroundings.clock()
    match await need_of(person, uow, now):
        case FactorNeed.CODE:
            raise NotPossible("You have an app already; ask an operator to reset it if you have lost it.")
        case FactorNeed.PASSKEY:
            raise NotPossible("You have a passkey already; ask an operator to reset it if you have lost it.")
        case FactorNeed.CLOSED:
            raise NotPossible("You cannot bring an app now; ask an operator to reset it and give you a code.")
    await rules.admit_enrolment(uow.counters, person.person_id, now)
    digest = rules.enrolment_digest(person.person_id, letters_of(code))
    if not hmac.compare_digest(person.second_factor.enrolment_digest or "", digest):
        raise WrongCode("This is not your enrolment code; type the one that somebody of the office gave you.")


async def person_of(accounts: Sequence[Account], uow: RegistryRepositories) -> OfficePerson:
    """The person of the office among these accounts, locked. Raises NotPossible if there is none."""
    for account in accounts:
        if account.kind == "staff" and (person := await uow.office.get(account.account_id)) is not None:
            return person
    raise NotPossible("Only staff and operators need an app; go on without one.")
