"""A change that staff decides about: of identity and, if the network's settings say so, of a member's own words or a
request.

Identity is what staff endorsed: the names that official mails use, and the ids and the country by which a member is
recognised. Names of programmes, titles of requests and the web site are not part of it. Invariants: a member or
request has one change at most, under its own id; asking again makes the next version, so that staff never decides
about a version that it has not read. The change of a new request holds all its details; that of a published one only
the details that wait.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final, Self, TypeVar

from isopolity.registry.domain.errors import NotPossible
from isopolity.registry.domain.member import Profile
from isopolity.registry.domain.own_words import INTERESTS, values_of_interests
from isopolity.registry.domain.request import Request, RequestDetails

ProfileT = TypeVar("ProfileT", bound=Profile)

IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "city": ("kind", "name", "local_names", "country", "geonames_id"),
    "partner": ("kind", "name", "home_country", "registration_id"),
}
"""The fields of identity by kind of member."""

REQUEST_KIND: Final = "request"
"""The `member_kind` of a change of a request; `member_id` is then the request's id."""

WORDS: Final = "about"
"""The field with a member's own words, which a network may review as well; so may it the entries of `INTERESTS`."""

Values = dict[str, Any]


def values_of(profile: Profile, names: Iterable[str]) -> Values:
    """The values of the profile's fields with these names; needs and offers as JSON values."""
    return {
        name: values_of_interests(getattr(profile, name)) if name in INTERESTS else getattr(profile, name)
        for name in names
    }


def with_identity(profile: ProfileT, values: Mapping[str, Any]) -> ProfileT:
    """`profile` with the fields in `values` replaced. Raises InvalidProfile."""
    return replace(profile, **values)  # type: ignore[type-var]  # every profile is a dataclass


PENDING: Final = "pending"
APPROVED: Final = "approved"
REFUSED: Final = "refused"
DROPPED: Final = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of identity at one version: pending, approved, refused, or dropped by the member."""

    member_id: str
    member_kind: str
    version: int
    status: str
    asked_at: datetime
    before: Mapping[str, Any]
    """The whole identity when the change was asked for, with the member's own words where these may wait.

    Of a request its `city_id`, and its details, if it was published.
    """
    wanted: Mapping[str, Any]
    """The wanted values of the fields to change."""
    decided_at: datetime | None = None
    """When it was approved, refused or dropped; None while it is pending, and for some changes of early releases."""
    reason: str | None = None
    """Staff's reason for a refusal, which the member reads; kept until the member asks again."""

    @property
    def identifier(self) -> str:
        return self.member_id

    @property
    def key(self) -> str:
        return self.member_id if self.city_id is None else f"{self.member_id}:{self.city_id}"

    @property
    def city_id(self) -> str | None:
        """The id of the city whose request is changed; None for a change of a member."""
        return str(self.before["city_id"]) if self.member_kind == REQUEST_KIND else None

    def asked_again(self, before: Mapping[str, Any], wanted: Mapping[str, Any], now: datetime) -> Self:
        """The next version with other wanted values; dropped if `wanted` is empty, unchanged if nothing differs."""
        status = PENDING if wanted else DROPPED
        if (status, wanted) == (self.status, self.wanted) or (status == DROPPED and self.status != PENDING):
            return self
        next_version = replace(
            self, version=self.version + 1, status=status, asked_at=now, before=before, wanted=wanted
        )
        return replace(next_version, decided_at=None if wanted else now, reason=None)

    def decided(self, status: str, now: datetime | None = None, reason: str | None = None) -> Self:
        """The change approved, refused (perhaps with a reason) or dropped.

        Raises NotPossible if it is not pending; one that was refused can be dropped.
        """
        if self.status != PENDING and (self.status, status) != (REFUSED, DROPPED):
            raise NotPossible(f"The change has been {self.status} already; there is nothing to decide.")
        return replace(self, version=self.version + 1, status=status, decided_at=now, reason=reason)

    def admitted(self, now: datetime) -> Self:
        """The change approved whatever became of it, as staff itself made what it asks for."""
        return replace(self, version=self.version + 1, status=APPROVED, decided_at=now, reason=None)


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
