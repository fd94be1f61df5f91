"""A partner's profile and its programmes.

Invariant: it holds nothing personal, which `wording` sees to when it comes in, and no two programmes of a partner have
the same name. A programme that waits for staff is seen by its partner and staff alone, refused or not; of one that
staff admitted and its partner changed, others see what was admitted. Natural key: the registration id, or else country
and folded name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, Self

from isopolity.folded_text import fold, sort_key
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.ranges import ordered
from isopolity.registry.domain.review.changes import PROGRAMME, standing
from isopolity.registry.domain.wording import Text


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

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` looks at when the entry comes in."""
        yield Text(("name",), self.name)
        yield Text(("purpose",), self.purpose, "prose")
        yield Text(("eligibility",), self.eligibility, "prose")

    def errors(self) -> Iterable[FieldError]:
        """Errors of its values."""
        yield from ordered(self.grant_min, "grant_max", self.grant_max)
        yield from ordered(self.opens, "closes", self.closes)
        yield from ordered(self.population_min, "population_max", self.population_max)
        if self.grant_max > self.budget:
            yield FieldError(("grant_max",), "Give no more than the whole budget.")


INTERNAL_FIELDS: Final = frozenset({"waiting", "refused", "admitted"})
"""Names of fields that registry keeps: no form, file or event has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why staff has refused a programme as it is."""

    programme_id: str
    reason: str
    """For the partner to read."""
    refused_on: date


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
    """The ids of the programmes that staff has not endorsed yet, or not as they are now."""
    refused: tuple[Refusal, ...] = ()
    """Of those that wait, the ones that staff has refused as they are; each waits on until the partner changes it."""
    admitted: tuple[Programme, ...] = ()
    """Programmes that their partner has changed since, as staff admitted them."""
    time_zone: str | None = None
    paused_until: date | None = None
    illustrative: bool = False

    def __post_init__(self) -> None:
        if errors := list(self._errors()):
            raise InvalidProfile(errors)

    @property
    def key(self) -> str:
        """Key by which two descriptions are of one partner."""
        if self.registration_id is not None:
            return f"registration:{self.registration_id.casefold()}"
        return f"{self.home_country}:{fold(self.name)}"

    @property
    def country(self) -> str:
        """Where it is at home."""
        return self.home_country

    @property
    def search(self) -> str:
        """The folded text that a search looks through."""
        return fold("\n".join((self.name, *(programme.name for programme in self.endorsed().programmes))))

    @property
    def sort_name(self) -> str:
        """The name as lists sort it."""
        return sort_key(self.name)

    @property
    def subjects(self) -> tuple[str, ...]:
        """`offer:` with each subject of its endorsed programmes, once."""
        return tuple(sorted({f"offer:{subject}" for line in self.endorsed().programmes for subject in line.subjects}))

    @property
    def pending(self) -> tuple[str, ...]:
        """The ids of the programmes that wait and that staff has not refused as they are."""
        refused = {each.programme_id for each in self.refused}
        return tuple(each for each in self.waiting if each not in refused)

    def paused(self, until: date | None) -> Self:
        """The profile with another pause, or with none."""
        return replace(self, paused_until=until)

    def seen_by_others(self) -> Self:
        """The profile as others see it: without its pause, and without programmes that wait."""
        return self.endorsed().paused(None)

    def endorsed(self) -> Self:
        """The profile with only those programmes, and parts of programmes, that staff has endorsed."""
        if not self.waiting and not self.admitted:
            return self
        found = (self.standing(each) for each in self.programmes)
        return replace(self, programmes=tuple(filter(None, found)), waiting=(), refused=(), admitted=())

    def standing(self, programme: Programme) -> Programme | None:
        """One of its programmes as others see it; None where staff has not endorsed it."""
        if programme.programme_id not in self.waiting:
            return programme
        before = self.before(programme.programme_id)
        return None if before is None else standing(PROGRAMME, before, programme)

    def before(self, programme_id: str) -> Programme | None:
        """The programme as staff admitted it, where its partner has changed it since."""
        return next((each for each in self.admitted if each.programme_id == programme_id), None)

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` looks at when the entry comes in."""
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
