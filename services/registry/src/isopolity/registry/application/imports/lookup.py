"""Finds members for rows of an import: the member that a row names exactly, and others that it could mean.

Invariant: a row is matched without a choice only by an id, or by the exact stored name, country and kind; every other
likeness is a candidate, which somebody chooses.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final, Protocol

from rapidfuzz import fuzz

from isopolity.machine.turns import Turns
from isopolity.registry.application.imports.name_index import Keyed, NameIndex, exact_key, likeness_key
from isopolity.registry.application.imports.named import MOST_NAMED, Candidate, Named
from isopolity.registry.application.imports.nearby import Nearby, Place, place_of
from isopolity.registry.application.imports.place_names import NO_PLACES, PlaceNames, place_names
from isopolity.registry.application.known_members import KnownMember
from isopolity.registry.domain.member import Member

ID_FIELDS: Final = {"city": "geonames_id", "partner": "registration_id"}
"""The field that distinguishes members with the same name."""
MOST_CANDIDATES: Final = 6
"""The most candidates of a row."""
MOST_COUNTED: Final = 50
"""The most members beyond its candidates that are counted for a row."""
_SOMEWHAT: Final = 60
"""The least similarity ratio, in per cent, at which cities near each other are candidates."""


class KnownMembers(Protocol):
    """Reads members by country."""

    async def in_countries(self, countries: Collection[str]) -> Sequence[KnownMember]:
        """All members of these countries, whatever their status."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A member with all that it is found by."""

    named: Named
    names: Sequence[str]
    web: str
    place: Place | None


class _Country:
    """The members, rows and applications of one country: by name, web address and place."""

    def __init__(self, places: PlaceNames = NO_PLACES) -> None:
        self.places = places
        self.names = NameIndex[Named]()
        self.names_without_id = NameIndex[Named]()
        self.webs: dict[str, list[Named]] = defaultdict(list)
        self.nearby = Nearby[Named]()

    def names_for(self, given_id: str | None) -> NameIndex[Named]:
        """The names to search for a profile with or without an id; members with another id are certainly not meant."""
        return self.names if given_id is None else self.names_without_id


class MemberLookup:
    """Cities or partners of the countries that an import mentions."""

    def __init__(self, repository: KnownMembers, member_kind: str) -> None:
        self._repository = repository
        self._id_field = ID_FIELDS[member_kind]
        self._by_kind = member_kind == "city"
        self._countries: set[str] = set()
        self._exact: dict[tuple[str, str], list[Named]] = defaultdict(list)
        self._given_ids: dict[str, list[Named]] = defaultdict(list)
        self._of_country: dict[str, _Country] = defaultdict(_Country)
        self._by_id: dict[str, Named] = {}
        self._before: dict[str, _Known] = {}
        self._after: dict[str, _Known] = {}
        """The members that rows have changed, by id: what they were found by before, and are found by afterwards."""
        self._changed_keys: dict[str, str] = {}
        """The members whose natural key rows have changed, by either key."""

    async def learn(self, countries: Collection[str]) -> Collection[str]:
        """Read the members of these countries, unless they were read before; returns the new ones.

        A preview, in which stored members stay as they are, and its import enter equal members in equal order.
        """
        new = set(countries) - self._countries
        if not new:
            return new
        self._countries |= new
        if self._by_kind:
            self._of_country |= {each: _Country(places) for each, places in (await place_names(new)).items()}
        turns = Turns()
        found = dict(self._before)
        for member in await self._repository.in_countries(new):
            await turns.over()
            found.setdefault(member.member_id, self._known_member(member))
        for _, known in sorted(found.items()):
            await turns.over()
            self._enter_member(known)
        for known in self._after.values():
            self._enter_member(known)
        return new

    def enter(self, member: Member[Any], line: int | None = None) -> None:
        """Add the new member of the row at `line`, in a country that was read."""
        self._enter_member(self._known_member(member, line))

    def revise(self, old: Member[Any], new: Member[Any]) -> None:
        """Note that a row changes a member; later rows find it by what it was and by what it is then."""
        if old.profile.key != new.profile.key:
            self._changed_keys |= {old.profile.key: old.member_id, new.profile.key: old.member_id}
        before, after = self._known_member(old), self._known_member(new)
        if before != after:
            self._before[old.member_id], self._after[old.member_id] = before, after
            self._enter_member(after)

    def about(self, key: str) -> str:
        """The id of the member that a row before has changed from or to this natural key; else the key."""
        return self._changed_keys.get(key, key)

    def enter_row(self, line: int, profile: Any) -> None:
        """Add a row of the file that may be new; it can be a candidate of later rows, and never their match."""
        self._enter(self._known(f"line {line}", profile, gone=False, line=line))

    def enter_application(self, application_id: str, profile: Any) -> None:
        """Add an application that is not decided; it can be a candidate of rows, and never their match."""
        self._enter(self._known("", profile, gone=False, application_id=application_id))

    def find(self, kind: str, country: str, name: str) -> list[Named]:
        """The members with exactly this name, in all countries read so far if `country` is empty."""
        found = [one for one in self._exact.get(self._key(kind, name), ()) if country in ("", one.country)]
        found = list({one.member_id: one for one in found}.values())
        return [one for one in found if not one.gone] or found

    def of_profile(self, profile: Any) -> list[Named]:
        """The members that a profile is about by its name; a profile with an id only matches members without one."""
        found = self.find(profile.kind, profile.country, profile.name)
        return found if self._given_id(profile) is None else [one for one in found if one.given_id is None]

    def member(self, member_id: str) -> Named | None:
        """The member with this id, of the countries read so far."""
        return self._by_id.get(member_id)

    def candidates(
        self, profile: Any, writing_to: Iterable[str] = (), *, of_any_id: bool = False, with_gone: bool = True
    ) -> list[Candidate]:
        """The first members that a profile could mean if none is matched exactly, the likeliest first.

        `writing_to` are the ids of members that have its contact's address. Different ids rule out a candidate, unless
        those `of_any_id` are wanted.
        """
        found = self._distinct(profile, writing_to, of_any_id=of_any_id)
        return list(islice((one for one in found if with_gone or not one.named.gone), MOST_CANDIDATES))

    def candidates_and_more(self, profile: Any, writing_to: Iterable[str]) -> tuple[list[Candidate], int]:
        """As `candidates`, and how many more there are, at most `MOST_COUNTED`."""
        found = list(islice(self._distinct(profile, writing_to), MOST_CANDIDATES + MOST_COUNTED))
        return found[:MOST_CANDIDATES], len(found[MOST_CANDIDATES:])

    def _distinct(self, profile: Any, writing_to: Iterable[str], *, of_any_id: bool = False) -> Iterator[Candidate]:
        given_id = self._given_id(profile)
        known = self._of_country[profile.country].names_for(None if of_any_id else given_id)
        seen: set[str] = set()
        for named, why in self._resembling(profile, given_id, known, writing_to):
            key = named.member_id or f"application {named.application_id}"
            if key not in seen and (of_any_id or not given_id or named.given_id in (None, given_id)):
                seen.add(key)
                yield Candidate(named, why)

    def sharing_a_name(self, profile: Any) -> list[Named]:
        """The first members, of any kind, that share a name or local name with this profile."""
        known = self._of_country[profile.country].names_for(self._given_id(profile))
        found = {one.member_id: one for name in _names_of(profile) for one in known.same(name)}
        return list(found.values())[:MOST_CANDIDATES]

    def alike(self, profile: Any) -> list[Named]:
        """The first stored members or rows that a new one may duplicate."""
        return [one.named for one in self.candidates(profile) if one.named.application_id is None][:MOST_NAMED]

    def near(self, country: str, name: str) -> list[Named]:
        """The first members of a country, of any kind, with names that `name` could mean."""
        if country not in self._of_country:
            return []
        found: dict[str, Named] = {}
        known = self._of_country[country].names
        for one in chain(known.same(name), known.longer_or_shorter(name), known.similar(name)):
            if one.application_id is None:
                found.setdefault(one.member_id, one)
            if len(found) == MOST_NAMED:
                break
        return list(found.values())

    def _resembling(
        self, profile: Any, given_id: str | None, known: NameIndex[Named], writing_to: Iterable[str]
    ) -> Iterator[tuple[Named, str]]:
        yield from ((one, "id") for one in self._given_ids.get(given_id or "", ()))
        country, names = self._of_country[profile.country], _names_of(profile)
        yield from ((one, "name") for one in known.same(profile.name) if _is_called(one, profile.name))
        for name in (*names, *country.places.others(given_id, map(likeness_key, names))):
            yield from ((one, "other-name") for one in known.same(name))
        yield from ((self._by_id[each], "contact") for each in writing_to if each in self._by_id)
        yield from ((one, "web") for one in country.webs.get(_web_of(profile), ()))
        for name in names:
            yield from ((one, "longer-or-shorter") for one in known.longer_or_shorter(name))
        for name in names:
            yield from ((one, "similar") for one in known.similar(name))
        for one in country.nearby.around(place_of(profile)):
            if fuzz.ratio(likeness_key(profile.name), likeness_key(one.name)) >= _SOMEWHAT:
                yield one, "distance"

    def _enter_member(self, known: _Known) -> None:
        """Add a member, if its country was read."""
        named = known.named
        if named.country in self._countries:
            self._enter(known)
            self._exact[self._key(named.kind, named.name)].append(named)
            self._by_id[named.member_id] = named

    def _enter(self, known: _Known) -> None:
        named = known.named
        country = self._of_country[named.country]
        names = {keyed.key: keyed for keyed in map(Keyed.of, known.names)}
        for key in country.places.others(named.given_id, names):
            names.setdefault(key, Keyed(key))
        for keyed in names.values():
            country.names.add(keyed, named)
            if named.given_id is None:
                country.names_without_id.add(keyed, named)
        if known.web:
            country.webs[known.web].append(named)
        country.nearby.add(known.place, named)
        if named.given_id is not None:
            self._given_ids[named.given_id].append(named)

    def _known_member(self, member: Member[Any] | KnownMember, line: int | None = None) -> _Known:
        return self._known(member.member_id, member.profile, gone=member.status == "withdrawn", line=line)

    def _known(self, member_id: str, profile: Any, **more: Any) -> _Known:
        named = Named(
            member_id=member_id,
            kind=profile.kind if self._by_kind else "",
            name=profile.name,
            country=profile.country,
            given_id=self._given_id(profile),
            **more,
        )
        return _Known(named, _names_of(profile), _web_of(profile), place_of(profile))

    def _given_id(self, profile: Any) -> str | None:
        given_id = getattr(profile, self._id_field)
        return None if given_id is None else str(given_id)

    def _key(self, kind: str, name: str) -> tuple[str, str]:
        return (kind if self._by_kind else "", exact_key(name))


def _is_called(named: Named, name: str) -> bool:
    return likeness_key(named.name) == likeness_key(name)


def _names_of(profile: Any) -> tuple[str, ...]:
    """The names that the profile states."""
    return (profile.name, *getattr(profile, "local_names", ()))


def _web_of(profile: Any) -> str:
    """The web address without scheme, www and last slash; empty if there is none."""
    web = (getattr(profile, "web", None) or "").casefold().partition("://")[2]
    return web.removeprefix("www.").rstrip("/")


def ambiguity(name: str, found: Sequence[Named], id_column: str) -> str:
    """The sentence about a name that several members share, or that is another name of one member."""
    ways = " or ".join(str(one) for one in found)
    if len(found) > 1:
        return f"“{name}” can mean {ways}; give the {id_column} of the one that is meant."
    by_id = f"its {id_column}, or " if found[0].given_id is not None else ""
    return f"“{name}” can mean {ways}; if it does, give {by_id}its name as it is stored."
