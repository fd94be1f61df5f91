"""Statuses with which a route can refuse a request, for its OpenAPI document: they follow from what the route has.

What only its handler knows, such as a limit of mails, it names itself: `responses=refusals(429)`. What any request may
be answered, such as 503 while the database is away, is `default`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from isopolity.web.request_scope import VERBS
from isopolity.web.security import Admission, holder

DESCRIPTIONS: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read.",
    HTTPStatus.UNAUTHORIZED: "There is no token where one is needed, or it does not count.",
    HTTPStatus.FORBIDDEN: "The token does not give the right to do this.",
    HTTPStatus.NOT_FOUND: "There is no such entry, or not for this caller.",
    HTTPStatus.CONFLICT: "The entry, or another one, does not allow this now.",
    HTTPStatus.GONE: "What the request names was there, and has ended.",
    HTTPStatus.PRECONDITION_FAILED: "The entry has changed since the caller read it.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body has another media type than the one that is read here.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field or a parameter is not valid.",
    HTTPStatus.PRECONDITION_REQUIRED: "The request does not say which version it is about.",
    HTTPStatus.TOO_MANY_REQUESTS: "This has been asked too often; Retry-After says when it can be asked again.",
}
"""What each status means on every route that names no meaning of its own."""
DEFAULT: Final = "Any other error, such as 503 while a part of the system is away."
_OF_BODIES: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_SEEN: Final = frozenset({"seen", "seen_at"})
"""Fields of a body that say which version the caller has read."""
_LINK: Final = "secret"
"""Field of a body with the secret of a mailed link, which ends."""
Responses = dict[int | str, dict[str, Any]]
DependencyT = TypeVar("DependencyT", bound=Callable[..., Any])
_marked: Final[dict[Any, tuple[int, ...]]] = {}


def refuses(*statuses: int) -> Callable[[DependencyT], DependencyT]:
    """Decorates a dependency that refuses requests with these statuses: each route that depends on it does."""

    def marked(dependency: DependencyT) -> DependencyT:
        _marked[dependency] = statuses
        return dependency

    return marked


def refusals(*statuses: int) -> Responses:
    """Refusals as FastAPI takes them for a route."""
    return {status: {"description": DESCRIPTIONS[HTTPStatus(status)]} for status in sorted(statuses)}


def refusals_of(route: APIRoute) -> Responses:
    """Refusals that follow from the method, the path, the parameters, the body and the dependencies of a route."""
    return refusals(*set(_statuses(route)))


def calls_of(dependant: Dependant) -> Iterator[Any]:
    """All dependencies of a route, those of others too."""
    return (each.call for each in _all_of(dependant) if each is not dependant)


def _all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all_of(each)


def _statuses(route: APIRoute) -> Iterator[int]:
    found = list(_all_of(route.dependant))
    calls = [each.call for each in found]
    names = {name for each in found for field in each.body_params for name in _fields(field.field_info.annotation)}
    for call in calls:
        yield from _marked.get(call, ())
    if holder in calls:
        yield from (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if not any(isinstance(call, Admission) for call in calls):  # strangers may ask only so often
        yield HTTPStatus.TOO_MANY_REQUESTS
    if any(each.path_params for each in found):
        yield HTTPStatus.NOT_FOUND
    if any(each.path_params or each.query_params or each.header_params for each in found):
        yield HTTPStatus.UNPROCESSABLE_ENTITY
    if _SEEN & names or any(field.alias == "if-match" for each in found for field in each.header_params):
        yield HTTPStatus.PRECONDITION_FAILED
    if VERBS.keys() & (route.methods or ()):
        yield HTTPStatus.CONFLICT
    if route.body_field is not None or "requestBody" in (route.openapi_extra or {}):
        yield from _OF_BODIES
    if _LINK in names:
        yield HTTPStatus.GONE


def _fields(body: Any) -> Iterable[str]:
    return body.model_fields if isinstance(body, type) and issubclass(body, BaseModel) else ()
