"""A request of a city to sponsors, and staff's invitation of a city to make one for a programme.

Invariant: both hold nothing personal, which `wording` checks on input. Natural key of a request: the city and the
folded title. A city is invited once for a programme.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from isopolity.identity.folded_text import fold, sort_key
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotPossible
from isopolity.registry.domain.wording import Text, ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDetails:
    """Details of a request: amounts are whole units of the currency; the payee is an organisation."""

    title: str
    amount_min: int
    amount_max: int
    currency: str
    description: str = ""
    starts: date | None = None
    ends: date | None = None
    beneficiaries: int | None = None
    payee: str | None = None
    subjects: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: str | None = None
    """The language of title and description."""
    illustrative: bool = False

    def __post_init__(self) -> None:
        if errors := list(self._errors()):
            raise InvalidProfile(errors)

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` checks on input."""
        yield Text(("title",), self.title)
        yield Text(("description",), self.description, "prose")
        yield Text(("payee",), self.payee)

    def _errors(self) -> Iterable[FieldError]:
        if not self.title.strip():
            yield FieldError(("title",), "Give the title.")
        yield from ordered(self.amount_min, "amount_max", self.amount_max)
        yield from ordered(self.starts, "ends", self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request at one version: published or closed."""

    request_id: str
    version: int
    status: str
    city_id: str
    details: RequestDetails
    agreed: RequestDetails | None = None
    """The details that staff admitted, if they differ from `details` and staff reviews changes; else None."""
    moved_to: str | None = None
    """The id of the request that replaces a closed one after its city was merged into another entry."""
    changed_on: date | None = field(default=None, compare=False)
    """The day of the last visible change, if it is known; read from the database and not set here."""

    @property
    def identifier(self) -> str:
        return self.request_id

    @property
    def key(self) -> str:
        return request_key(self.city_id, self.details.title)

    @property
    def sort_name(self) -> str:
        """The title as lists sort it."""
        return sort_key(self.details.title)

    def revised(self, details: RequestDetails, agreed: RequestDetails | None = None) -> Self:
        """The next version with other details; itself if nothing differs. `agreed`: the admitted ones; None: all."""
        if details == self.details:
            return self
        if self.status == "closed":
            raise NotPossible("The request is closed; publish it again with POST.")
        return self._next(details=details, agreed=agreed)

    def asked_as(self, details: RequestDetails) -> Self:
        """The request at the same version with the details that its city wants, which nobody else sees."""
        return replace(self, details=details)

    def published_again(self, details: RequestDetails) -> Self:
        """The next version of a closed request, open again."""
        return self._next(status="published", details=details, agreed=None, moved_to=None)

    def closed(self, moved_to: str | None = None) -> Self:
        """The next version, closed, perhaps replaced by the request `moved_to`; itself if it is closed already."""
        return self if self.status == "closed" else self._next(status="closed", moved_to=moved_to)

    def _next(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, changed_on=None, **changes)


def request_key(city_id: str, title: str) -> str:
    """The natural key of a request: its city and its title."""
    return f"{city_id}:{fold(title)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation of a city to make a request for a programme of a partner."""

    invitation_id: str
    """Also the id of its letter."""
    partner_id: str
    programme_id: str
    city_id: str
    invited_at: datetime
    outcome: str | None = None
    """What became of its mail: `sent`, `failed`, `bounced` or `suppressed`; None before that is known."""
    request_id: str | None = None
    """The first request that the city has published since; None without one."""
    requested_at: datetime | None = None

    def mailed(self, outcome: str) -> Self:
        """The invitation when the outcome of its mail is known."""
        return replace(self, outcome=outcome)

    def followed_by(self, request_id: str, now: datetime) -> Self:
        """The invitation after the city has published a request; the first one stays."""
        return self if self.request_id is not None else replace(self, request_id=request_id, requested_at=now)
