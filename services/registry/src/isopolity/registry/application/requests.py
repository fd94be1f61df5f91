"""Requests of cities to sponsors are published, revised and closed."""

from isopolity.registry.application.commands import PublishRequest, ReviseRequest
from isopolity.registry.application.events import publish_request
from isopolity.registry.application.members import member
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.change import DROPPED, PENDING
from isopolity.registry.domain.errors import AlreadyRegistered, NotFound, NotPossible
from isopolity.registry.domain.request import Request, request_key
from isopolity.registry.domain.review.requests import new_request


async def publish(command: PublishRequest, uow: RegistryRepositories, surroundings: Surroundings) -> Request:
    """Publish a request of a city, or reopen a closed one with its title. Raises NotFound, AlreadyRegistered."""
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
    else:
        raise AlreadyRegistered("The city has an open request of this title; change that one, or give another title.")
    publish_request(uow.outbox, "published", request)
    return request


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
    """Close a request, and drop its pending change. Raises NotFound."""
    stored = await uow.requests.get(request_id)
    change = await uow.changes.get(request_id)
    if change is not None and change.status == PENDING:
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
