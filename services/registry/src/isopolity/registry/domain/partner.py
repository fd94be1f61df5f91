"""A partner's profile and its programmes.

Invariant: it holds nothing personal, which `wording` checks on input, and the programmes of a partner have different
names. Only its partner and staff see a programme that waits for staff or was refused; if the partner changes an
admitted programme, others see the admitted state. Natural key: the registration id, or else country and folded name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, Self

from isopolity.identity.folded_text import fold, sort_key
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.review import PROGRAMME, standing
from isopolity.registry.domain.wording import Text, ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A line of support: amounts are whole units of its currency; empty regions or countries mean all."""

    programme_id: str
    name: str
    budget: int
    currency: str
    grant_min: int
    grant_max: int
    opens: date | None = None
    closes: date | None = None
    subjects: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    purpose: str | None = None
    eligibility: str | None = None
    population_min: int | None = None
    population_max: int | None = None
    cities: int = 1
    topics: tuple[str, ...] = ()
    language: str | None = None
    """The language of name, purpose and eligibility."""

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` checks on input."""
        yield Text(("name",), self.name)
        yield Text(("purpose",), self.purpose, "prose")
        yield Text(("eligibility",), self.eligibility, "prose")

    def errors(self) -> Iterable[FieldError]:
        """Errors in its values, such as bounds in the wrong order."""
        yield from ordered(self.grant_min, "grant_max", self.grant_max)
        yield from ordered(self.opens, "closes", self.closes)
        yield from ordered(self.population_min, "population_max", self.population_max)
        if self.grant_max > self.budget:
            yield FieldError(("grant_max",), "Give no more than the whole budget.")


INTERNAL_FIELDS: Final = frozenset({"waiting", "handed_in", "refused", "admitted", "hidden", "avoided_countries"})
"""Names of fields of partners, and of cities, that are in no input, file or answer with a profile, and in no event but
`avoided_countries`, which matching needs.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Staff's refusal of a programme in its present state."""

    programme_id: str
    reason: str
    """The reason, which the partner reads."""
    refused_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """The day on which the partner handed in a programme that waits for staff."""

    programme_id: str
    handed_in_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerProfile:
    """A foundation, company or NGO as it describes itself."""

    member_kind: ClassVar[str] = "partner"

    kind: str
    name: str
    home_country: str
    registration_id: str | None = None
    languages: tuple[str, ...] = ()
    about: str | None = None
    web: str | None = None
    programmes: tuple[Programme, ...] = ()
    waiting: tuple[str, ...] = ()
    """The ids of programmes that staff has not endorsed in their present state."""
    handed_in: tuple[HandedIn, ...] = ()
    """Since when waiting programmes wait; without those that waited before this was kept."""
    refused: tuple[Refusal, ...] = ()
    """Refusals of waiting programmes; each programme stays refused until the partner changes it."""
    admitted: tuple[Programme, ...] = ()
    """The admitted states of programmes that their partner has changed since."""
    time_zone: str | None = None
    paused_until: date | None = None
    illustrative: bool = False

    def __post_init__(self) -> None:
        if errors := list(self._errors()):
            raise InvalidProfile(errors)

    @property
    def key(self) -> str:
        """The natural key; descriptions with the same key are of the same partner."""
        if self.registration_id is not None:
            return f"registration:{self.registration_id.casefold()}"
        return f"{self.home_country}:{fold(self.name)}"

    @property
    def country(self) -> str:
        """The home country."""
        return self.home_country

    @property
    def search(self) -> str:
        """The folded text that searches look through."""
        return fold("\n".join((self.name, *(programme.name for programme in self.endorsed().programmes))))

    @property
    def sort_name(self) -> str:
        """The name as lists sort it."""
        return sort_key(self.name)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Each subject of its endorsed programmes once, as `offer:<subject>`."""
        return tuple(sorted({f"offer:{subject}" for line in self.endorsed().programmes for subject in line.subjects}))

    @property
    def pending(self) -> tuple[str, ...]:
        """The ids of waiting programmes that staff has not refused in their present state."""
        refused = {each.programme_id for each in self.refused}
        return tuple(each for each in self.waiting if each not in refused)

    def handed_in_since(self, stored: Self, today: date) -> Self:
        """The profile, revised from `stored`, with today as the day of the programmes that have begun to wait since."""
        days = {each.programme_id: each for each in self.handed_in}
        new = {
            each: HandedIn(programme_id=each, handed_in_on=today) for each in self.pending if each not in stored.pending
        }
        return replace(self, handed_in=tuple((days | new).values())) if new else self

    def paused(self, until: date | None) -> Self:
        """The profile with another pause; None ends the pause."""
        return replace(self, paused_until=until)

    def after_leaving(self) -> Self:
        """The profile as it is kept once the partner has left: as it is."""
        return self

    def seen_by_others(self) -> Self:
        """The profile as others see it: without its pause and waiting programmes."""
        return self.endorsed().paused(None)

    def endorsed(self) -> Self:
        """The profile with its programmes as staff endorsed them."""
        if not self.waiting and not self.admitted:
            return self
        found = (self.standing(each) for each in self.programmes)
        programmes = tuple(filter(None, found))
        return replace(self, programmes=programmes, waiting=(), handed_in=(), refused=(), admitted=())

    def standing(self, programme: Programme) -> Programme | None:
        """One of its programmes as others see it; None if staff has not endorsed it."""
        if programme.programme_id not in self.waiting:
            return programme
        before = self.before(programme.programme_id)
        return None if before is None else standing(PROGRAMME, before, programme)

    def before(self, programme_id: str) -> Programme | None:
        """The admitted state of a programme that its partner has changed since, else None."""
        return next((each for each in self.admitted if each.programme_id == programme_id), None)

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` checks on input."""
        yield Text(("name",), self.name)
        yield Text(("about",), self.about, "words")
        yield Text(("web",), self.web, "link")
        yield Text(("registration_id",), self.registration_id, "number")
        for position, programme in enumerate(self.programmes):
            yield from (Text(("programmes", position, *one.path), one.text, one.kind) for one in programme.texts())

    def _errors(self) -> Iterable[FieldError]:
        if not self.name.strip():
            yield FieldError(("name",), "Give the name.")
        names: set[str] = set()
        admitted = {fold(each.name): each.programme_id for each in self.admitted}
        for position, programme in enumerate(self.programmes):
            for error in programme.errors():
                yield FieldError(("programmes", position, *error.path), error.detail)
            name = fold(programme.name)
            holder = admitted.get(name) if programme.programme_id else None
            if name in names or holder not in (None, programme.programme_id):
                yield FieldError(("programmes", position, "name"), "Give each programme a name of its own.")
            names.add(name)
