"""Finds members by folded name, country and kind, for rows of an import without an id.

Invariant: all members that a name could mean are returned; callers accept only a single one. A member that has left is
returned only if no present one has the name.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz import fuzz, process

from isopolity.contracts.codes import CITY_KINDS
from isopolity.identity.folded_text import name_key, sort_key
from isopolity.machine.turns import Turns
from isopolity.registry.application.ports import MemberRepository
from isopolity.registry.domain.member import Member

ID_FIELDS: Final = {"city": "geonames_id", "partner": "registration_id"}
"""The field that distinguishes members with the same name."""
_MOST: Final = 3
"""The most members that a sentence names."""
MOST_COMPARED: Final = 2_000_000
"""The most pairs of names that one import compares for likeness; rows beyond that are not compared."""
LIKE: Final = 0.85
"""The least similarity ratio of names that count as much alike, such as Zuerich and Zürich."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A member, as far as the lookup needs it."""

    member_id: str
    kind: str
    """The kind of a city; empty for a partner, whose kind does not distinguish it."""
    name: str
    country: str
    given_id: str | None
    """Its GeoNames id or registration id."""
    gone: bool

    def __str__(self) -> str:
        return f"{self.name} ({self.country}, {self.given_id or 'without an id'})"

    def beside(self, kind: str) -> str:
        """A description of the member beside one of `kind`; it names the kind if that differs."""
        return f"{self}" if self.kind in ("", kind) else f"the {CITY_KINDS.get(self.kind, self.kind)} {self}"


class MemberLookup:
    """Cities or partners of the countries that an import mentions."""

    def __init__(self, repository: MemberRepository[Any], member_kind: str) -> None:
        self._repository = repository
        self._id_field = ID_FIELDS[member_kind]
        self._by_kind = member_kind == "city"
        self._countries: set[str] = set()
        self._names: dict[tuple[str, str], list[Named]] = {}
        self._other_names: dict[tuple[str, str], list[Named]] = {}
        self._given_ids: dict[str, list[Named]] = {}
        self._of_country: dict[str, dict[tuple[str, str], Named]] = {}
        self._compared = 0

    async def learn(self, countries: Collection[str]) -> None:
        """Read the members of these countries, unless they were read before."""
        new = set(countries) - self._countries
        if not new:
            return
        self._countries |= new
        turns = Turns()
        for member in await self._repository.in_countries(new):
            await turns.over()
            self.enter(member)

    def enter(self, member: Member[Any]) -> None:
        """Add a member, such as a new one, of a country that was read."""
        profile = member.profile
        if profile.country not in self._countries:
            return
        kind, key = self._key(profile.kind, profile.name)
        given_id = self._given_id(profile)
        named = Named(
            member_id=member.member_id,
            kind=kind,
            name=profile.name,
            country=profile.country,
            given_id=given_id,
            gone=member.status == "withdrawn",
        )
        self._names.setdefault((kind, key), []).append(named)
        self._of_country.setdefault(profile.country, {}).setdefault((likeness_key(profile.name), kind), named)
        if given_id is not None:
            self._given_ids.setdefault(given_id, []).append(named)
        for other in {name_key(name) for name in getattr(profile, "local_names", ())} - {key}:
            self._other_names.setdefault((kind, other), []).append(named)

    def find(self, kind: str, country: str, name: str) -> list[Named]:
        """The members with this name, in all countries read so far if `country` is empty."""
        key = self._key(kind, name)
        for names in (self._names, self._other_names):
            found = [one for one in names.get(key, ()) if country in ("", one.country)]
            if found:
                return [one for one in found if not one.gone] or found
        return []

    def of_profile(self, profile: Any) -> list[Named]:
        """The members that a profile may describe, by name; a profile with an id only matches members without one."""
        found = self.find(profile.kind, profile.country, profile.name)
        if getattr(profile, self._id_field) is None:
            return found
        key = name_key(profile.name)
        return [one for one in found if one.given_id is None and name_key(one.name) == key]

    def alike(self, profile: Any) -> list[Named]:
        """Members that a new one may duplicate: with its name or id and another kind, or with a similar name.

        Different ids rule out a duplicate. At most three members are returned, those of another kind first.
        """
        given_id, country, name = self._given_id(profile), profile.country, profile.name
        kinds = [kind for kind in CITY_KINDS if self._by_kind and kind != profile.kind]
        others = [one for kind in kinds for one in self.find(kind, country, name)]
        found = [*self._given_ids.get(given_id or "", ()), *others, *self.near(country, name)]
        apart = {one.member_id for one in found if given_id and one.given_id not in (None, given_id)}
        return list({one.member_id: one for one in found if one.member_id not in apart}.values())[:_MOST]

    def near(self, country: str, name: str) -> list[Named]:
        """At most three members of a country, of any kind, with names similar to `name`, the most similar first."""
        known = self._of_country.get(country, {})
        if self._compared + len(known) > MOST_COMPARED:
            return []
        self._compared += len(known)
        members = list(known.values())
        return [members[place] for place in likest(likeness_key(name), [key for key, _ in known])]

    def _given_id(self, profile: Any) -> str | None:
        given_id = getattr(profile, self._id_field)
        return None if given_id is None else str(given_id)

    def _key(self, kind: str, name: str) -> tuple[str, str]:
        return (kind if self._by_kind else "", name_key(name))


def likeness_key(name: str) -> str:
    """The letters and digits of the sort form of `name`, on which similarity is measured."""
    return name_key(sort_key(name))


def likest(key: str, keys: Sequence[str]) -> Sequence[int]:
    """The positions of at most three of `keys` that are similar to `key`, the most similar first."""
    found = process.extract(key, keys, scorer=fuzz.ratio, limit=_MOST, score_cutoff=100 * LIKE)
    return [place for _, _, place in found]


def ambiguity(name: str, found: Iterable[Named], id_column: str) -> str:
    """The sentence about a name that several members share."""
    ways = " or ".join(str(one) for one in found)
    return f"“{name}” can mean {ways}; give the {id_column} of the one that is meant."
