"""New requests, and changes of published requests, that a city asks staff for.

Invariant: the change of a new request holds all its details; that of a published one only the details that wait.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, Final

from isopolity.registry.domain.change import DROPPED, PENDING, REFUSED, REQUEST_KIND, Change, Values
from isopolity.registry.domain.request import Request, RequestDetails

_DAYS: Final = ("starts", "ends")
_STATUSES: Final = {PENDING: "waiting", REFUSED: "refused", DROPPED: "closed"}


def values_of_details(details: RequestDetails) -> Values:
    """The values of the details by name, with days in ISO format."""
    values = {field.name: getattr(details, field.name) for field in fields(details)}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def with_wanted(details: RequestDetails, wanted: Mapping[str, Any]) -> RequestDetails:
    """`details` with the wanted values. Raises InvalidProfile."""
    return replace(details, **_typed(wanted))


def is_new(change: Change) -> bool:
    """Whether the change is about a new request, which staff has not admitted yet."""
    return change.member_kind == REQUEST_KIND and change.status in (PENDING, REFUSED) and "title" not in change.before


def new_request(change: Change) -> Request:
    """The new request in the change, at the change's version: waiting, refused or closed."""
    return Request(
        request_id=change.member_id,
        version=change.version,
        status=_STATUSES[change.status],
        city_id=str(change.city_id),
        details=RequestDetails(**_typed(change.wanted)),
    )


def _typed(wanted: Mapping[str, Any]) -> Values:
    return {name: date.fromisoformat(value) if name in _DAYS and value else value for name, value in wanted.items()}
