"""A passkey as the first second factor of somebody of the office: brought with an enrolment code, as an app is.

Invariant: the code is asked for before the passkey is made, and the answer counts in that session alone.
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
    """Options for a passkey of the session's holder; None: the session has ended. Commit then, too.

    `code` is the enrolment code. Raises NotPossible; WrongCode, after which commit as well; and LimitReached.
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
    """The session, from now on for its holder's account of the office; None where the answer does not count.

    Commit then, too. With the `key` of a request that brought the passkey it is answered again.
    """
    held = await held_session(refresh_token, uow, surroundings, changes=True, key=key)
    if held is None or held.is_repeated:
        return None if held is None else await repeated_answer(held, uow, surroundings)
    person = await person_of(held.accounts, uow)
    binding, account = held.session.session_id, held.account(person.person_id)
    challenge = await take_challenge(credential, Purpose.ENROLMENT, binding, uow, surroundings, reader)
    if await need_of(person, uow, surroundings.clock()) is not FactorNeed.ENROLMENT:
        return None
    # the audit has the person, though a session by mail does not act for the office yet
    amend_act(actor_kind="staff", actor=person.person_id)
    made = await keep_passkey(credential, challenge, name, account, uow, surroundings, reader, is_factor=True)
    if made is None:
        return None
    await uow.office.put(replace(person, second_factor=person.second_factor.enrolled_otherwise()))
    passed = replace(held, session=replace(held.session, verified=True))
    return await turn_session(passed, account, uow, surroundings, chosen=True)
