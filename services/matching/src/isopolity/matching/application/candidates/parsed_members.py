"""Members and requests, parsed from the states that events carry, each state once.

Invariant: `ParsedMembers` holds the newest state of every endorsed member and every open request that it has read.
Codes that this release does not know are left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from operator import attrgetter
from typing import Any, Final

from isopolity.contracts import registry as contracts
from isopolity.contracts.codes import MODES, SUBJECTS
from isopolity.contracts.registry import CityState, Need, Offer, PartnerState, RequestState
from isopolity.machine.clock import is_zone
from isopolity.matching.application.ports.engine import NearestZone, WordReader, no_places
from isopolity.matching.domain.meaning.stems import STEMS
from isopolity.matching.domain.member import ENDORSED, City, Programme, Request, Topic, is_paused
from isopolity.matching.domain.network import KnownMember, Network

_CITY_FIELDS: Final = tuple(each.name for each in fields(City) if each.name in CityState.model_fields)
_REQUEST_FIELDS: Final = tuple(each.name for each in fields(Request) if each.name in RequestState.model_fields)
_OF_PROGRAMME: Final = tuple(
    each.name
    for each in fields(Programme)
    if each.name in contracts.Programme.model_fields and each.name not in ("name", "subjects")
)
_OF_TOPIC: Final = tuple(each.name for each in fields(Topic) if each.name in Need.model_fields)
_OF_PARTNER: Final = (
    "partner_id",
    "status",
    "home_country",
    "languages",
    "about",
    "web",
    "paused_until",
    "illustrative",
)
_values: Final[Callable[[CityState], tuple[Any, ...]]] = attrgetter(*_CITY_FIELDS)


class ParsedMembers:
    """Cities by id, programmes by the id of their partner with its version, and requests by id.

    A city that names no time zone gets that of the nearest place.
    """

    def __init__(self, nearest_zone: NearestZone = no_places, words: WordReader = STEMS) -> None:
        self._nearest_zone = nearest_zone
        self._words = words
        self.cities: dict[str, City] = {}
        self.requests: dict[str, Request] = {}
        self._request_states: dict[str, bytes] = {}
        self._partners: dict[str, tuple[int, Sequence[Programme]]] = {}

    @classmethod
    def of(
        cls, members: Iterable[KnownMember], requests: Mapping[str, bytes], known: "ParsedMembers"
    ) -> "ParsedMembers":
        """The members and requests of a whole network; what `known` has in the same state is not parsed again."""
        parsed = cls(known._nearest_zone, known._words)
        for member in members:
            if member.status != ENDORSED:
                continue
            city, partner = known.cities.get(member.member_id), known._partners.get(member.member_id)
            if member.kind == "city" and city is not None and city.version == member.version:
                parsed.cities[member.member_id] = city
            elif member.kind == "partner" and partner is not None and partner[0] == member.version:
                parsed._partners[member.member_id] = partner
            else:
                parsed._read(member)
        for request_id, state in requests.items():
            if known._request_states.get(request_id) == state:
                parsed.requests[request_id] = known.requests[request_id]
                parsed._request_states[request_id] = state
            else:
                parsed._read_request(request_id, state)
        return parsed

    @property
    def programmes(self) -> Sequence[Programme]:
        """The programmes of all partners."""
        return [programme for _, programmes in self._partners.values() for programme in programmes]

    @property
    def names(self) -> dict[str, str]:
        """The names of the cities and of the partners that have programmes, by id."""
        cities = {city_id: city.name for city_id, city in self.cities.items()}
        partners = {key: programmes[0].partner_name for key, (_, programmes) in self._partners.items() if programmes}
        return cities | partners

    def paused(self, today: date, among: Iterable[str] | None = None) -> frozenset[str]:
        """The members, or those `among` them, that want no new proposals today."""
        wanted = [*self.cities, *self._partners] if among is None else among
        return frozenset(each for each in wanted if is_paused(self._paused_until(each), today))

    def kind(self, member_id: str) -> str | None:
        """`city` or `partner` for an endorsed member, else None."""
        return "city" if member_id in self.cities else "partner" if member_id in self._partners else None

    def read_member(self, member_id: str, network: Network) -> None:
        """Parse one member again."""
        self.cities.pop(member_id, None)
        self._partners.pop(member_id, None)
        member = network.known(member_id)
        if member is not None and member.status == ENDORSED:
            self._read(member)

    def read_request(self, request_id: str, network: Network) -> None:
        """Parse one request again."""
        self.requests.pop(request_id, None)
        self._request_states.pop(request_id, None)
        if request_id in network.requests:
            self._read_request(request_id, network.requests[request_id])

    def _paused_until(self, member_id: str) -> date | None:
        _, programmes = self._partners.get(member_id, (0, ()))
        known = self.cities.get(member_id) or next(iter(programmes), None)
        return None if known is None else known.paused_until

    def _read_request(self, request_id: str, state: bytes) -> None:
        self.requests[request_id] = request_from(RequestState.model_validate_json(state), self._words)
        self._request_states[request_id] = state

    def _read(self, member: KnownMember) -> None:
        if member.kind == "city":
            state = CityState.model_validate_json(member.state)
            city = city_from(state, member.told_on, self._words)
            self.cities[member.member_id] = self._in_a_zone(city)
        else:
            partner = PartnerState.model_validate_json(member.state)
            self._partners[member.member_id] = member.version, programmes_from(partner, member.told_on, self._words)

    def _in_a_zone(self, city: City) -> City:
        if city.time_zone is not None or city.latitude is None or city.longitude is None:
            return city
        nearest = self._nearest_zone(city.country, city.latitude, city.longitude)
        return replace(city, time_zone=nearest) if is_zone(nearest) else city


def city_from(state: CityState, told_on: date | None = None, words: WordReader = STEMS) -> City:
    """The city in a registry event of that day; fields that city and state both have are copied."""
    values = dict(zip(_CITY_FIELDS, _values(state), strict=True))
    values |= {
        "name": _line(state.name),
        "time_zone": state.time_zone if is_zone(state.time_zone) else None,
        "population": state.population or None,
        "needs": topics_from(state.needs, words),
        "offers": topics_from(state.offers, words),
    }
    return City(**values, told_on=told_on)


def programmes_from(
    state: PartnerState, told_on: date | None = None, words: WordReader = STEMS
) -> tuple[Programme, ...]:
    """The programmes of the partner in a registry event of that day; fields that both have are copied."""
    shared = {name: getattr(state, name) for name in _OF_PARTNER}
    shared |= {"partner_version": state.version, "partner_kind": state.kind, "partner_name": _line(state.name)}
    return tuple(
        Programme(
            **shared,
            **{name: getattr(programme, name) for name in _OF_PROGRAMME},
            name=_line(programme.name),
            subjects=_subjects(programme.subjects),
            told_on=told_on,
            words=words.read(programme.name, programme.purpose, programme.language),
        )
        for programme in state.programmes
    )


def request_from(state: RequestState, words: WordReader = STEMS) -> Request:
    """The request in a registry event, with its own words read."""
    values: dict[str, Any] = {name: getattr(state, name) for name in _REQUEST_FIELDS}
    values |= {"title": _line(state.title), "subjects": _subjects(state.subjects)}
    return Request(**values, words=words.read(state.title, state.description, state.language))


def _line(text: str) -> str:
    """A name as it stands in a sentence: one space between words."""
    return " ".join(text.split())


def topics_from(entries: Sequence[Need] | Sequence[Offer], words: WordReader = STEMS) -> tuple[Topic, ...]:
    """The needs or offers of a city, with their own words read; those with codes that are unknown are left out."""
    return tuple(
        Topic(
            **{name: getattr(entry, name) for name in _OF_TOPIC} | {"title": _line(entry.title or "") or None},
            words=words.read(entry.title, entry.text, entry.language),
        )
        for entry in entries
        if entry.subject in SUBJECTS and entry.mode in MODES
    )


def _subjects(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code in SUBJECTS)
