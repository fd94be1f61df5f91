"""Changes of the office's list that one keeper requests and a second one confirms; other changes are made at once.

Invariant: nobody confirms their own request, and both people are on the list and keep it. Only the command needs no
second person.
"""

from dataclasses import replace
from typing import Final

from isopolity.registry.application.access.office import (
    Keeper,
    Listed,
    admitted_entry,
    kept_person,
    put_in_office,
    require_keeper,
)
from isopolity.registry.application.access.second_factors import open_enrolment
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.access.office_request import APP, RIGHTS, OfficeRequest, keeps_list, needs_second
from isopolity.registry.domain.errors import Gone, NotFound, NotPossible

_SIGN_IN: Final = (
    "This needs a second person, so ask for it as a person who has signed in, or run `isopolity people` on the"
    " network's machine."
)


async def add_to_office(
    wanted: OfficePerson, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings
) -> Listed | OfficeRequest:
    """Store a person, or a request if that needs two people; if the address is on the list, its entry changes.

    Raises OperatorsOnly, NotPossible.
    """
    stored = await admitted_entry(wanted, keeper, uow)
    before = () if stored is None else stored.scopes
    if keeper.is_command or not needs_second(keeper.scopes, before, wanted.scopes):
        return await put_in_office(wanted, stored, uow, surroundings)
    person = replace(wanted, person_id="" if stored is None else stored.person_id)
    return await _asked(RIGHTS, person, keeper, uow, surroundings)


async def reset_factor(
    person_id: str, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings
) -> Listed | OfficeRequest:
    """Let a person enrol another app, or store a request if that needs two people.

    The enrolment code and the person's mail box are enough to act as the person.

    Raises NotFound, OperatorsOnly, NotPossible.
    """
    await uow.office.lock()
    person = await kept_person(person_id, keeper, uow)
    if keeper.is_command or person_id == keeper.subject or not needs_second(keeper.scopes, (), person.scopes):
        return await _reset(person, keeper, uow, surroundings)
    return await _asked(APP, person, keeper, uow, surroundings)


async def confirm_request(
    request_id: str, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings
) -> Listed:
    """Carry out a request of another keeper; returns the enrolment code, if there is one, to the confirming keeper.

    Raises NotFound, Gone, OperatorsOnly, NotPossible.
    """
    await uow.office.lock()
    request = await _waiting(request_id, keeper, uow)
    if request.is_over(surroundings.clock()) or not await _keeps(request.asked_by, uow):
        raise Gone("This has waited for too long, or who asked for it keeps the list no more; ask for it anew.")
    if not keeper.is_command:
        if keeper.subject == request.asked_by:
            raise NotPossible("You have asked for this yourself; somebody else who keeps the list confirms it.")
        if not keeper.is_signed_in or not await _keeps(keeper.subject, uow):
            raise NotPossible("Only a person on the list confirms this, who has signed in.")
    await uow.office_requests.remove(request_id)
    uow.audit.note("office-request", request_id, before=_audited(request))
    if request.wants == APP:
        person = await kept_person(request.person.person_id, keeper, uow)
        return await _reset(person, keeper, uow, surroundings)
    stored = await admitted_entry(request.person, keeper, uow)
    if (stored.person_id if stored else "") != request.person.person_id:
        raise Gone("Who is on the list has changed since this was asked for; ask for it anew.")
    return await put_in_office(request.person, stored, uow, surroundings)


async def refuse_request(request_id: str, keeper: Keeper, uow: RegistryRepositories) -> None:
    """Delete a request; the keeper who made it may do so too. Raises NotFound, OperatorsOnly."""
    await uow.office.lock()
    request = await _waiting(request_id, keeper, uow)
    await uow.office_requests.remove(request_id)
    uow.audit.note("office-request", request_id, before=_audited(request))


async def _waiting(request_id: str, keeper: Keeper, uow: RegistryRepositories) -> OfficeRequest:
    request = await uow.office_requests.get(request_id)
    if request is None:
        raise NotFound("Nobody asks for this any more; it was confirmed, refused, or asked for anew.")
    require_keeper(keeper, request.person.scopes)
    return request


async def _keeps(person_id: str, uow: RegistryRepositories) -> bool:
    person = await uow.office.get(person_id)
    return person is not None and keeps_list(person.scopes)


async def _asked(
    wants: str, person: OfficePerson, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings
) -> OfficeRequest:
    if not keeper.is_signed_in or not await _keeps(keeper.subject, uow):
        raise NotPossible(_SIGN_IN)
    request = OfficeRequest(
        request_id=surroundings.ids(),
        wants=wants,
        person=person,
        asked_by=keeper.subject,
        asked_at=surroundings.clock(),
    )
    await uow.office_requests.put(request)
    uow.audit.note("office-request", request.request_id, after=_audited(request))
    return request


async def _reset(person: OfficePerson, keeper: Keeper, uow: RegistryRepositories, surroundings: Surroundings) -> Listed:
    code = await open_enrolment(person.person_id, keeper.subject, uow, surroundings)
    return Listed(person=person, enrolment_code=code)


def _audited(request: OfficeRequest) -> dict[str, object]:
    """The request for the audit: ids and scopes, without names and addresses."""
    return {
        "wants": request.wants,
        "person_id": request.person.person_id or None,
        "asked_by": request.asked_by,
        "scopes": sorted(request.person.scopes),
    }
