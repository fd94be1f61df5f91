"""Networks built by hand, without a broker."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from isopolity.contracts.registry import CityState, PartnerState, RequestState
from isopolity.matching.application.candidates.candidate_search import Taken
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.domain.network import Network, Tie

TODAY = date(2026, 11, 25)


def network_of(
    members: Iterable[CityState | PartnerState],
    requests: Iterable[RequestState] = (),
    ties: Sequence[tuple[str, str]] = (),
) -> Network:
    """A network of these states; a tie is a twinning or, where one end is a partner, a sponsorship."""
    network = Network()
    for member in members:
        kind, member_id = ("city", member.city_id) if isinstance(member, CityState) else ("partner", member.partner_id)
        network.put_member(kind, member_id, member.version, member.status, member.model_dump_json().encode())
    for request in requests:
        network.put_request(request.request_id, 1, request.status == "published", request.model_dump_json().encode())
    for one, other in ties:
        kinds = {found[0] for end in (one, other) if (found := network.member(end)) is not None}
        kind = "sponsorship" if "partner" in kinds else "twinning"
        network.put_tie(Tie(f"{one}:{other}", 1, True, one, other, kind))
    return network


def market_of(
    members: Iterable[CityState | PartnerState],
    requests: Iterable[RequestState] = (),
    ties: Sequence[tuple[str, str]] = (),
) -> Market:
    """The market of such a network."""
    return MarketSource(network_of(members, requests, ties)).market(TODAY)


def taken_by(holders: Mapping[str, int], asked: list[str] | None = None) -> Taken:
    """The slots that holders have in use; `asked` collects the holders that are looked up."""

    async def taken(wanted: Collection[str]) -> Mapping[str, int]:
        if asked is not None:
            asked.extend(wanted)
        return {holder: holders[holder] for holder in wanted if holder in holders}

    return taken
