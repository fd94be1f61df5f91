"""Requests of cities to sponsors are published, revised and closed; staff reviews them before others see them, if the
network's settings say so.

Invariant: waiting requests and details are stored as changes for staff, so no list, event or export has them. A city
is locked before its requests, and requests before their changes.
"""

from dataclasses import replace
from typing import Any, TypeGuard

from isopolity.registry.application.changes import keep_asked
from isopolity.registry.application.commands import DecideChange, PublishRequest, ReviseRequest
from isopolity.registry.application.events import publish_request
from isopolity.registry.application.members import member
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.application.requests.invitations import note_request
from isopolity.registry.domain.change import (
    APPROVED,
    DROPPED,
    PENDING,
    REFUSED,
    REQUEST_KIND,
    Change,
    is_new,
    new_request,
    values_of_details,
    with_wanted,
)
from isopolity.registry.domain.errors import AlreadyRegistered, NotFound, NotPossible, StaleVersion
from isopolity.registry.domain.request import Request, RequestDetails, request_key
from isopolity.registry.domain.review import REQUEST, WORDS_OF_REQUEST, held_back, standing


async def publish(command: PublishRequest, uow: RegistryRepositories, surroundings: Surroundings) -> Request:
    """Publish a request of a city, or reopen a closed one with its title. Raises NotFound, AlreadyRegistered."""
    request = await publish_moved(command, uow, surroundings)
    await note_request(request.city_id, request.request_id, surroundings.clock(), uow)
    return request


async def publish_moved(command: PublishRequest, uow: RegistryRepositories, surroundings: Surroundings) -> Request:
    """Publish a request that was another city's until now, and so follows no invitation; raises what `publish` does."""
    city = await member(uow, "city", command.city_id)
    if city.status == "withdrawn":
        raise NotPossible("The city has left the network; only a member can publish a request.")
    key = request_key(command.city_id, command.details.title)
    stored = (await uow.requests.by_keys([key])).get(key)
    if stored is None:
        request = Request(
            request_id=surroundings.ids(),
            version=1,
            status="published",
            city_id=command.city_id,
            details=command.details,
        )
        uow.requests.add(request)
    elif stored.status == "closed":
        request = stored.published_again(command.details)
        uow.requests.save(request)
        change = await uow.changes.get(stored.request_id)
        if _is_not_admitted(change):
            uow.changes.save(change.admitted(surroundings.clock()))
    else:
        raise AlreadyRegistered("The city has an open request of this title; change that one, or give another title.")
    publish_request(uow.outbox, "published", request)
    return request


async def is_hidden(command: PublishRequest, uow: RegistryRepositories) -> bool:
    """Whether staff has hidden the city's request of this title, so that publishing it again waits for staff."""
    key = request_key(command.city_id, command.details.title)
    stored = (await uow.requests.by_keys([key])).get(key)
    return stored is not None and _is_closed(stored) and _is_not_admitted(await uow.changes.get(stored.request_id))


async def hide_request(
    request_id: str, city_id: str, reason: str, uow: RegistryRepositories, surroundings: Surroundings
) -> Request:
    """Close an open request of the city, and keep it as a new one that staff has refused for this reason.

    The city reads the reason; what it hands in next waits for staff. Raises NotFound, NotPossible.
    """
    await member(uow, "city", city_id)
    stored, old = await _request(request_id, uow), await uow.changes.get(request_id)
    if _is_closed(stored):
        raise NotPossible("The request is closed; nobody else finds it among the open ones.")
    asked = _with_what_waits(stored, old)
    change = _change(request_id, {"city_id": city_id}, values_of_details(asked.details), surroundings)
    version = 1 if old is None else old.version + 1
    refused = replace(change, version=version, status=REFUSED, decided_at=change.asked_at, reason=reason)
    if old is None:
        uow.changes.add(refused)
    else:
        uow.changes.save(refused)
    closed = stored.closed()
    uow.requests.save(closed)
    publish_request(uow.outbox, "closed", closed)
    return closed


async def revise_request(command: ReviseRequest, uow: RegistryRepositories) -> Request:
    """Replace the details of a request. Raises NotFound, AlreadyRegistered, NotPossible."""
    stored = await _request(command.request_id, uow)
    revised = stored.revised(command.details, command.agreed)
    if revised is stored:
        return stored
    if revised.key != stored.key and await uow.requests.by_keys([revised.key]):
        raise AlreadyRegistered("The city has another request of this title; give another title.")
    uow.requests.save(revised)
    publish_request(uow.outbox, "revised", revised)
    return revised


async def close_request(request_id: str, uow: RegistryRepositories) -> Request:
    """Close a request, and drop its pending change; or give up a new one that waits or was refused. Raises NotFound."""
    stored = await uow.requests.get(request_id)
    change = await uow.changes.get(request_id)
    if change is not None and (change.status == PENDING or (stored is None and is_refused(change))):
        uow.changes.save(change := change.decided(DROPPED))
        if stored is None:
            return new_request(change)
    if stored is None:
        raise NotFound("There is no request with this id.")
    closed = stored.closed()
    if closed is not stored:
        uow.requests.save(closed)
        publish_request(uow.outbox, "closed", closed)
    return closed


async def _request(request_id: str, uow: RegistryRepositories) -> Request:
    found = await uow.requests.get(request_id)
    if found is None:
        raise NotFound("There is no request with this id.")
    return found


async def ask_to_publish(command: PublishRequest, uow: RegistryRepositories, surroundings: Surroundings) -> Request:
    """Submit a new request, which waits for staff; a refused or closed one with its title keeps its id.

    Raises NotFound, AlreadyRegistered, NotPossible.
    """
    city = await member(uow, "city", command.city_id)
    if city.status == "withdrawn":
        raise NotPossible("The city has left the network; only a member can publish a request.")
    key = request_key(command.city_id, command.details.title)
    stored = (await uow.requests.by_keys([key])).get(key)
    if stored is not None and stored.status != "closed":
        raise AlreadyRegistered("The city has an open request of this title; change that one, or give another title.")
    asked = [each for each in await uow.changes.of_city(command.city_id) if is_new(each)]
    same = [each for each in asked if new_request(each).key == key]
    request_id = stored.request_id if stored else same[0].member_id if same else surroundings.ids()
    if any(each.status == PENDING for each in asked if each in same or each.member_id == request_id):
        raise AlreadyRegistered("A request with this title is pending. Change that one, or give another title.")
    return await _ask_for_new(request_id, command.city_id, command.details, uow, surroundings)


async def asked_for(request_id: str, city_id: str, uow: RegistryRepositories) -> Request:
    """The request as its city wants it: a new one that is not admitted yet, or one with its pending details.

    Raises NotFound.
    """
    await uow.cities.get(city_id)
    stored, change = await uow.requests.get(request_id), await uow.changes.get(request_id)
    if change is not None and is_new(change) and change.city_id == city_id and (stored is None or _is_closed(stored)):
        return new_request(change)
    if stored is None:
        raise NotFound("There is no request with this id.")
    return _with_what_waits(stored, change)


async def revise_asked_for(
    command: ReviseRequest, city_id: str, uow: RegistryRepositories, surroundings: Surroundings
) -> tuple[Request, bool]:
    """Submit other details; returns the request as others see it, or the new one, and whether a part waits.

    Raises NotFound, AlreadyRegistered, NotPossible, InvalidProfile.
    """
    asked = await asked_for(command.request_id, city_id, uow)
    if asked.status in ("waiting", "refused"):
        await _refuse_taken(request_key(city_id, command.details.title), command.request_id, uow)
        return await _ask_for_new(command.request_id, city_id, command.details, uow, surroundings), True
    stored, old = await uow.requests.get(command.request_id), await uow.changes.get(command.request_id)
    if stored is None:
        raise NotFound("There is no request with this id.")
    agreed = stored.agreed or stored.details
    rules = REQUEST if surroundings.reviewed.requests else WORDS_OF_REQUEST
    stands, held = standing(rules, agreed, command.details), held_back(rules, agreed, command.details)
    if "title" in held:
        await _refuse_taken(request_key(city_id, command.details.title), command.request_id, uow)
    kept = None if stands == agreed else agreed
    stored.revised(command.details)  # raises if the request is closed
    revised = await revise_request(ReviseRequest(request_id=stored.request_id, details=stands, agreed=kept), uow)
    wanted = {name: value for name, value in values_of_details(command.details).items() if name in held}
    before = {"city_id": stored.city_id, **values_of_details(stands)}
    keep_asked(old, _change(stored.request_id, before, wanted, surroundings), uow)
    return revised, bool(held)


async def decide_request(
    change: Change, command: DecideChange, uow: RegistryRepositories, surroundings: Surroundings
) -> Change:
    """Admit or refuse a city's new request or details. Raises StaleVersion, NotPossible, AlreadyRegistered."""
    await member(uow, "city", str(change.city_id))
    stored, current = await uow.requests.get(command.member_id), await uow.changes.get(command.member_id)
    if current is None or current.version != command.version:
        raise StaleVersion(0 if current is None else current.version)
    decided = current.decided(APPROVED if command.approve else REFUSED, surroundings.clock(), command.reason)
    if command.approve and stored is not None and not _is_closed(stored):
        details = with_wanted(stored.details, current.wanted)
        await revise_request(ReviseRequest(request_id=stored.request_id, details=details), uow)
    elif command.approve:
        admitted = await _admit(current, stored, uow)
        await note_request(admitted.city_id, admitted.request_id, surroundings.clock(), uow)
    uow.changes.save(decided)
    return decided


async def move_asked_for(
    city_id: str,
    duplicate_id: str,
    moved: dict[str, str],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    with_new: bool = True,
) -> None:
    """Move pending changes of a duplicate's requests, and `with_new` unpublished requests, to the kept city.

    `moved`: new ids of requests by former ids.
    """
    for change in [each for each in await uow.changes.of_city(duplicate_id) if each.status == PENDING]:
        here = (surroundings.ids() if with_new else None) if is_new(change) else moved.get(change.member_id)
        if here is not None:
            asked = _change(here, {**change.before, "city_id": city_id}, change.wanted, surroundings)
            keep_asked(await uow.changes.get(here), asked, uow)


async def _admit(change: Change, stored: Request | None, uow: RegistryRepositories) -> Request:
    """Publish an admitted request, or reopen a closed one; returns it."""
    if not is_new(change):
        raise NotPossible("The request is closed; there is nothing to decide.")
    asked = new_request(change)
    await _refuse_taken(asked.key, change.member_id, uow)
    if stored is None:
        request = Request(
            request_id=asked.request_id, version=1, status="published", city_id=asked.city_id, details=asked.details
        )
        uow.requests.add(request)
    else:
        request = stored.published_again(asked.details)
        uow.requests.save(request)
    publish_request(uow.outbox, "published", request)
    return request


async def _ask_for_new(
    request_id: str, city_id: str, details: RequestDetails, uow: RegistryRepositories, surroundings: Surroundings
) -> Request:
    old = await uow.changes.get(request_id)
    change = _change(request_id, {"city_id": city_id}, values_of_details(details), surroundings)
    return new_request(keep_asked(old, change, uow))


async def _refuse_taken(key: str, request_id: str, uow: RegistryRepositories) -> None:
    taken = (await uow.requests.by_keys([key])).get(key)
    if taken is not None and taken.request_id != request_id:
        raise AlreadyRegistered("The city has another request of this title; give another title.")


def _change(request_id: str, before: dict[str, Any], wanted: Any, surroundings: Surroundings) -> Change:
    return Change(
        member_id=request_id,
        member_kind=REQUEST_KIND,
        version=1,
        status=PENDING,
        asked_at=surroundings.clock(),
        before=before,
        wanted=wanted,
    )


def _with_what_waits(stored: Request, change: Change | None) -> Request:
    if change is None or change.status != PENDING or _is_closed(stored):
        return stored
    return stored.asked_as(with_wanted(stored.details, change.wanted))


def is_refused(change: Change | None) -> TypeGuard[Change]:
    """Whether staff has refused a new request, or hidden one that was open."""
    return change is not None and change.status == REFUSED and is_new(change)


def _is_not_admitted(change: Change | None) -> TypeGuard[Change]:
    """Whether staff has refused or hidden a new request, or the city has taken back what it handed in."""
    return change is not None and change.status in (REFUSED, DROPPED) and "title" not in change.before


def _is_closed(request: Request) -> bool:
    return request.status == "closed"
