"""The members in the domain's network under internal ids, and the mapping between these and the caller's ids.

Invariant: an id names one city or one programme; an internal id depends on the ids alone, not on the order of the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from isopolity.matching.domain.member import holders_of, member_key, programme_holder
from isopolity.matching.domain.network import Network, Tie
from isopolity.matching.entrypoints.library.columns import CITIES, PROGRAMMES, REQUESTS, Records, records
from isopolity.matching.entrypoints.library.interests import Entry, by_city
from isopolity.matching.entrypoints.library.member_rows import (
    ProgrammeRow,
    city_row,
    partner_state,
    programme_row,
    request_row,
)
from isopolity.matching.entrypoints.library.tables import (
    SIDES,
    Frame,
    Id,
    id_in,
    near,
    ordered,
    quoted,
    read,
)
from isopolity.matching.errors import InvalidInput, UnknownMember

_CITY: Final = "city"
_PARTNER: Final = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The members in a network, with the ids of the caller's tables."""

    network: Network = field(default_factory=Network)
    owners: dict[Id, str] = field(default_factory=dict)
    """The owner of capacity in the network, by the caller's id of a city or programme."""
    keys: dict[Id, str] = field(default_factory=dict)
    """The internal id of the member, by the caller's id of a city, a programme or a partner."""
    ids: dict[str, Id] = field(default_factory=dict)
    """The caller's id, by holder of capacity and by the internal id of a request."""
    frame: Frame | None
    """The frame of the cities; None if they were plain rows."""

    @classmethod
    def of(cls, cities: object, programmes: object, requests: object, ties: object, interests: object = ()) -> "Roster":
        """Read the members and their ties from tables. Raises InvalidInput, UnknownMember."""
        found = records(cities, CITIES)
        roster = cls(frame=found.frame)
        roster._add_cities(found, by_city(interests))
        roster._add_programmes(records(programmes, PROGRAMMES))
        roster._add_requests(records(requests, REQUESTS))
        roster._add_ties(ties)
        return roster

    def owner(self, member: object) -> str:
        """The owner of capacity in the network for the id of a city or programme. Raises UnknownMember."""
        with suppress(ValueError):
            found = id_in(member)
            if found is not None and found in self.owners:
                return self.owners[found]
        raise UnknownMember(
            f"There is no city or programme {quoted(member)}{near(member, self.owners)}; correct the id."
        )

    def _add_cities(self, found: Records, more: Mapping[Id, Mapping[str, Sequence[Entry]]]) -> None:
        for city_id in more:
            if city_id not in found.rows:
                hint = near(city_id, found.rows)
                raise UnknownMember(f"The interests name the city {city_id!r}, and there is none{hint}; correct it.")
        for city_id, key in _keys(found.rows, "c"):
            stated = found.rows[city_id]
            besides = {name: (*stated.get(name, ()), *entries) for name, entries in more.get(city_id, {}).items()}
            row = city_row(city_id, key, {**stated, **besides})
            state = row.model_dump_json(exclude={"told_on"}).encode()
            self.network.put_member(_CITY, key, row.version, row.status, state, row.told_on)
            self._know(city_id, key, member_key(_CITY, key))

    def _add_programmes(self, found: Records) -> None:
        by_partner: dict[Id, list[ProgrammeRow]] = {}
        partners = dict(_keys({row.get("partner", each) for each, row in found.rows.items()}, "p"))
        for programme_id, key in _keys(found.rows, "g"):
            partner = found.rows[programme_id].get("partner", programme_id)
            row = programme_row(programme_id, key, found.rows[programme_id])
            by_partner.setdefault(partner, []).append(row)
            if programme_id in self.owners:
                raise InvalidInput(f"A city and a programme both have the id {programme_id!r}; change one of them.")
            self._know(programme_id, partners[partner], programme_holder(partners[partner], key))
        for partner, rows in by_partner.items():
            self._add_partner(partner, partners[partner], rows)

    def _add_partner(self, partner: Id, key: str, rows: list[ProgrammeRow]) -> None:
        if self.keys.setdefault(partner, key) != key:
            raise InvalidInput(f"A partner and another member both have the id {partner!r}; change one of them.")
        state = partner_state(key, rows)
        told_on = max((row.told_on for row in rows if row.told_on is not None), default=None)
        self.network.put_member(_PARTNER, key, state.version, state.status, state.model_dump_json().encode(), told_on)

    def _add_requests(self, found: Records) -> None:
        for request_id, key in _keys(found.rows, "r"):
            row = found.rows[request_id]
            city = row.get("city")
            if city not in self.keys or not self.owners.get(city, "").startswith(f"{_CITY}/"):
                raise UnknownMember(
                    f"Request {request_id!r} is of the city {quoted(city)}, and there is none; correct it."
                )
            fields = {name: each for name, each in row.items() if name != "city"}
            state = request_row(request_id, key, self.keys[city], fields)
            self.network.put_request(key, state.version, True, state.model_dump_json().encode())
            self.ids[key] = request_id

    def _add_ties(self, ties: object) -> None:
        table = read(ties, "ties", SIDES)
        for at, ends in enumerate(zip(table.ids("a"), table.ids("b"), strict=True)):
            for each in ends:
                if each not in self.keys:
                    hint = near(each, self.keys)
                    raise UnknownMember(
                        f"{table.row(at)} names {each!r}, and there is no such member{hint}; correct it."
                    )
            a, b = (self.keys[each] for each in ends)
            if a == b:
                raise InvalidInput(f"{table.row(at)} ties {ends[0]!r} to itself; take the row out.")
            kind = "twinning" if a[0] == b[0] == "c" else "sponsorship"
            self.network.put_tie(Tie(tie_id=f"{min(a, b)}:{max(a, b)}", version=1, active=True, a=a, b=b, kind=kind))

    def _know(self, member: Id, key: str, owner: str) -> None:
        self.keys[member] = key
        self.owners[member] = owner
        self.ids.update(dict.fromkeys(holders_of(owner), member))


def _keys(ids: Iterable[Id], kind: str) -> Iterable[tuple[Id, str]]:
    return [(each, f"{kind}{number:07d}") for number, each in enumerate(ordered(ids))]
