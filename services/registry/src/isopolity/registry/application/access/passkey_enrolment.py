"""Enrols a passkey as the first second factor of somebody of the office, with an enrolment code.

Invariant: the code is checked before the passkey is made, and the answer is valid in that session only.
"""

from dataclasses import replace

from isopolity.act import amend_act
from isopolity.registry.application.access.factor_needs import need_of
from isopolity.registry.application.access.passkey_ports import PasskeyReader
from isopolity.registry.application.access.passkeys import (
    keep_passkey,
    known_credentials,
    new_challenge,
    take_challenge,
)
from isopolity.registry.application.access.second_factors import person_of, require_enrolment
from isopolity.registry.application.access.sessions import Begun, held_session, repeated_answer, turn_session
from isopolity.registry.application.ports import RegistryUnitOfWork, Surroundings
from isopolity.registry.domain.access.passkey import Purpose
from isopolity.registry.domain.access.second_factor import FactorNeed


async def ask_to_enrol(
    refresh_token: str, code: str, uow: RegistryUnitOfWork, surroundings: Surroundings, reader: PasskeyReader
) -> str | None:
    """Options for a passkey of the session's holder; None if the session has ended. Commit in either case.

    `code` is the enrolment code. Raises NotPossible, LimitReached, and WrongCode, after which the caller commits too.
    """
    held = await held_session(refresh_token, uow, surroundings, changes=True)
    if held is None:
        return None
    person = await person_of(held.accounts, uow)
    await require_enrolment(person, code, uow, surroundings)
    known = await known_credentials(person.person_id, uow)
    challenge = await new_challenge(Purpose.ENROLMENT, held.session.session_id, uow, surroundings)
    return reader.creation(challenge, held.account(person.person_id), known)


async def enrol_passkey(
    refresh_token: str,
    credential: str,
    name: str,
    uow: RegistryUnitOfWork,
    surroundings: Surroundings,
    reader: PasskeyReader,
    *,
    key: str | None = None,
) -> Begun | None:
    """The session, now for its holder's account of the office; None if the answer is not valid.

    Commit in either case. A request repeated with its idempotency `key` gets the same answer.
    """
    held = await held_session(refresh_token, uow, surroundings, changes=True, key=key)
    if held is None or held.is_repeated:
        return None if held is None else await repeated_answer(held, uow, surroundings)
    person = await person_of(held.accounts, uow)
    binding, account = held.session.session_id, held.account(person.person_id)
    challenge = await take_challenge(credential, Purpose.ENROLMENT, binding, uow, surroundings, reader)
    if await need_of(person, uow, surroundings.clock()) is not FactorNeed.ENROLMENT:
        return None
    # the audit names the person, although the session does not act for the office yet
    amend_act(actor_kind="staff", actor=person.person_id)
    made = await keep_passkey(credential, challenge, name, account, uow, surroundings, reader, is_factor=True)
    if made is None:
        return None
    await uow.office.put(replace(person, second_factor=person.second_factor.enrolled_otherwise()))
    passed = replace(held, session=replace(held.session, verified=True))
    return await turn_session(passed, account, uow, surroundings, chosen=True)
