"""A city's profile: the city's own description of itself.

Invariants: it holds nothing personal, which `wording` checks on input. Only the city and staff see words that staff has
hidden. Natural key: the kind and the GeoNames id, or else kind, country and folded name; members of different kinds are
never merged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar, Final, Self

from isopolity.identity.folded_text import fold, sort_key
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.domain.wording import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A need or an offer: its subject, intensity (1 to 5), mode and last day, and what the city says of it itself."""

    subject: str
    intensity: int
    mode: str
    valid_until: date | None = None
    title: str | None = None
    text: str | None = None
    language: str | None = None
    """The language of title and text."""
    topics: tuple[str, ...] = ()

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` checks on input."""
        yield Text(("title",), self.title, "words")
        yield Text(("text",), self.text, "words")


UNRATED: Final = 0
"""The intensity that others see of a city that does not show its ratings."""
Need = Interest
Offer = Interest


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenWords:
    """Words of a need or an offer that staff hides from others, wherever the city says them."""

    title: str | None
    text: str | None
    reason: str
    """The reason, which the city reads."""
    hidden_on: date

    def are_of(self, interest: Interest) -> bool:
        """Whether the entry says these words."""
        return (self.title, self.text) == (interest.title, interest.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class CityProfile:
    """A city, district, county or consortium as it describes itself."""

    member_kind: ClassVar[str] = "city"

    kind: str
    name: str
    country: str
    local_names: tuple[str, ...] = ()
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int | None = None
    time_zone: str | None = None
    languages: tuple[str, ...] = ()
    learning_city_since: int | None = None
    creative_field: str | None = None
    about: str | None = None
    web: str | None = None
    can_travel: bool = True
    can_host: bool = True
    online_only: bool = False
    wants_own_country: bool = False
    shows_ratings: bool = False
    capacity: int = 1
    sponsorship_capacity: int | None = None
    paused_until: date | None = None
    needs: tuple[Need, ...] = ()
    offers: tuple[Offer, ...] = ()
    avoided_countries: tuple[str, ...] = ()
    """Countries with which it cannot work, in the order of their codes; only its own contacts read them."""
    hidden: tuple[HiddenWords, ...] = ()
    """Words of its needs and offers that only itself and staff see, until it writes others."""
    illustrative: bool = False

    def __post_init__(self) -> None:
        if errors := list(self._errors()):
            raise InvalidProfile(errors)

    @property
    def key(self) -> str:
        """The natural key; descriptions with the same key are of the same city."""
        return city_key(self.kind, self.geonames_id, self.country, self.name)

    @property
    def search(self) -> str:
        """The folded text that searches look through."""
        return fold("\n".join((self.name, *self.local_names)))

    @property
    def subjects(self) -> tuple[str, ...]:
        """Each subject and each topic once, as `need:<code>` or `offer:<code>`."""
        sides = (("need", self.needs), ("offer", self.offers))
        found = {
            f"{side}:{code}" for side, entries in sides for each in entries for code in (each.subject, *each.topics)
        }
        return tuple(sorted(found))

    @property
    def sort_name(self) -> str:
        """The name as lists sort it."""
        return sort_key(self.name)

    @property
    def modes(self) -> tuple[str, ...]:
        """Each mode of a need or offer once, alone and as `need:<subject>:<mode>` or `offer:<subject>:<mode>`."""
        sides = (("need", self.needs), ("offer", self.offers))
        modes = {f"{side}:{each.subject}:{each.mode}" for side, interests in sides for each in interests}
        return tuple(sorted(modes | {each.mode for each in (*self.needs, *self.offers)}))

    @property
    def language_tags(self) -> tuple[str, ...]:
        """The working languages in lower case, each also without script and country: `pt-br` and `pt`."""
        tags = {language.lower() for language in self.languages}
        return tuple(sorted(tags | {tag.partition("-")[0] for tag in tags}))

    def paused(self, until: date | None) -> Self:
        """The profile with another pause; None ends the pause."""
        return replace(self, paused_until=until)

    def avoiding(self, countries: Iterable[str]) -> Self:
        """The profile with these countries as those with which the city cannot work."""
        return replace(self, avoided_countries=tuple(sorted(set(countries))))

    def after_leaving(self) -> Self:
        """The profile as it is kept once the city has left: without the countries that only matched while it was in."""
        return self.avoiding(())

    def hiding(self, hidden: Iterable[HiddenWords]) -> Self:
        """The profile with these words hidden, so far as it says them."""
        said = (*self.needs, *self.offers)
        return replace(self, hidden=tuple(each for each in hidden if any(map(each.are_of, said))))

    @property
    def ways_contradict(self) -> bool:
        """Whether the city meets online only, and yet travels or receives partners."""
        return self.online_only and (self.can_travel or self.can_host)

    def shown(self) -> Self:
        """The profile with its needs and offers as others see them."""
        if not self.hidden:
            return self
        needs, offers = (tuple(map(self._shown, each)) for each in (self.needs, self.offers))
        return replace(self, needs=needs, offers=offers, hidden=())

    def _shown(self, interest: Interest) -> Interest:
        is_hidden = any(each.are_of(interest) for each in self.hidden)
        return replace(interest, title=None, text=None, language=None) if is_hidden else interest

    def compared(self) -> Self:
        """The profile as it is compared with others: with its ratings, but without its pause, hidden words and avoided
        countries.
        """
        return self.shown().paused(None).avoiding(())

    def seen_by_others(self) -> Self:
        """The profile as others see it: as `compared`, and with ratings only if it shows them."""
        seen = self.compared()
        return seen if self.shows_ratings else replace(seen, needs=_unrated(seen.needs), offers=_unrated(seen.offers))

    def texts(self) -> Iterable[Text]:
        """The texts that `wording` checks on input."""
        yield Text(("name",), self.name)
        yield from (Text(("local_names", position), name) for position, name in enumerate(self.local_names))
        yield Text(("about",), self.about, "words")
        yield Text(("web",), self.web, "link")
        for side, interests in (("needs", self.needs), ("offers", self.offers)):
            for position, each in enumerate(interests):
                yield from (Text((side, position, *one.path), one.text, one.kind) for one in each.texts())

    def _errors(self) -> Iterable[FieldError]:
        if not self.name.strip():
            yield FieldError(("name",), "Give the name.")
        if (self.latitude is None) != (self.longitude is None):
            missing = "latitude" if self.latitude is None else "longitude"
            yield FieldError((missing,), "Give both latitude and longitude, or neither.")


def refuse_contradiction(profile: CityProfile, stored: CityProfile | None) -> None:
    """Raise InvalidProfile if its ways of meeting contradict each other, unless those of `stored` did so before."""
    if profile.ways_contradict and (stored is None or not stored.ways_contradict):
        sentence = "Meeting online only rules out travel and hosting: say no to can_travel and can_host, or to this."
        raise InvalidProfile([FieldError(("online_only",), sentence)])


def _unrated(interests: tuple[Interest, ...]) -> tuple[Interest, ...]:
    return tuple(replace(each, intensity=UNRATED) for each in interests)


def city_key(kind: str, geonames_id: int | None, country: str, name: str) -> str:
    """The natural key of a city: its number at geonames.org, else its country and name."""
    return f"{kind}:geonames:{geonames_id}" if geonames_id is not None else f"{kind}:{country}:{fold(name)}"
