"""The network's states read into members and requests, each state once.

Its invariant: what it holds is the newest state of every endorsed member and every open request that it was told of.
"""

from collections.abc import Iterable, Mapping, Sequence

from isopolity.contracts.registry import CityState, PartnerState, RequestState
from isopolity.matching.application.candidates.member_states import city_from, programmes_from, request_from
from isopolity.matching.domain.member import ENDORSED, City, Programme, Request
from isopolity.matching.domain.network import KnownMember, Network


class Readings:
    """Cities by id, programmes by the id of their partner with its version, and requests by id."""

    def __init__(self) -> None:
        self.cities: dict[str, City] = {}
        self.requests: dict[str, Request] = {}
        self._partners: dict[str, tuple[int, Sequence[Programme]]] = {}

    @classmethod
    def of(cls, members: Iterable[KnownMember], requests: Mapping[str, bytes], known: "Readings") -> "Readings":
        """Those of a whole network; what is `known` is not read again, and stays as it is."""
        readings = cls()
        for member in members:
            if member.status != ENDORSED:
                continue
            city, partner = known.cities.get(member.member_id), known._partners.get(member.member_id)
            if member.kind == "city" and city is not None and city.version == member.version:
                readings.cities[member.member_id] = city
            elif member.kind == "partner" and partner is not None and partner[0] == member.version:
                readings._partners[member.member_id] = partner
            else:
                readings._read(member)
        readings.requests = {request_id: _request(state) for request_id, state in requests.items()}
        return readings

    @property
    def programmes(self) -> Sequence[Programme]:
        """Those of all partners."""
        return [programme for _, programmes in self._partners.values() for programme in programmes]

    @property
    def names(self) -> dict[str, str]:
        """Of the cities and of the partners that have programmes, by id."""
        cities = {city_id: city.name for city_id, city in self.cities.items()}
        partners = {key: programmes[0].partner_name for key, (_, programmes) in self._partners.items() if programmes}
        return cities | partners

    def kind(self, member_id: str) -> str | None:
        """Whether it is an endorsed city or partner, or neither."""
        return "city" if member_id in self.cities else "partner" if member_id in self._partners else None

    def read_member(self, member_id: str, network: Network) -> None:
        """Read one member anew."""
        self.cities.pop(member_id, None)
        self._partners.pop(member_id, None)
        member = network.known(member_id)
        if member is not None and member.status == ENDORSED:
            self._read(member)

    def read_request(self, request_id: str, network: Network) -> None:
        """Read one request anew."""
        self.requests.pop(request_id, None)
        if request_id in network.requests:
            self.requests[request_id] = _request(network.requests[request_id])

    def _read(self, member: KnownMember) -> None:
        if member.kind == "city":
            state = CityState.model_validate_json(member.state)
            self.cities[member.member_id] = city_from(state, member.told_on)
        else:
            partner = PartnerState.model_validate_json(member.state)
            self._partners[member.member_id] = member.version, programmes_from(partner, member.told_on)


def _request(state: bytes) -> Request:
    return request_from(RequestState.model_validate_json(state))
