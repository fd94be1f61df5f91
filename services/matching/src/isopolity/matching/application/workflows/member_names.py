"""Members as people name them, and the holders of capacity that are meant.

A city is named by its id, a programme by PARTNER/PROGRAMME, or by the partner's id.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Final

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.domain.member import city_holder, programme_holder
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.round_rules import Pair, PairRules, pair_key
from isopolity.matching.errors import ContradictoryRules, UnknownMember

_HOLDER: Final = re.compile(r"\b(?:city/[^\s/,;]+|programme/[^\s/,;]+/[^\s/,;]+)")


def by_holders(plan: RoundPlan, network: Network) -> RoundPlan:
    """The plan with holders in place of names. Raises UnknownMember, ContradictoryRules.

    A partner stands for each of its programmes in what must never be, and for its only one in what must be.
    """
    must = [(only_holder(one, network), only_holder(other, network)) for one, other in plan.must]
    never = [
        (one, other)
        for first, second in plan.never
        for one in holders_named(first, network)
        for other in holders_named(second, network)
    ]
    for pair in (*must, *never):
        pair_key(pair)
    rules = PairRules.of(must, never)
    return replace(plan, must=tuple(sorted(rules.must)), never=tuple(sorted(rules.never)))


def with_names(sentence: str, network: Network) -> str:
    """The sentence with names in place of holders, as people know members."""
    return _HOLDER.sub(lambda found: holder_name(found[0], network), sentence)


def holders_named(name: str, network: Network) -> Sequence[str]:
    """The holders of capacity under a name. Raises UnknownMember."""
    member_id, _, programme_id = name.partition("/")
    found = network.member(member_id)
    if found is None:
        raise UnknownMember(f"There is no member {name}; correct the id.")
    kind, state = found
    if kind == "city" and not programme_id:
        return [city_holder(member_id)]
    programmes = PartnerState.model_validate_json(state).programmes if kind == "partner" else ()
    holders = [
        programme_holder(member_id, each.programme_id) for each in programmes if programme_id in ("", each.programme_id)
    ]
    if not holders:
        raise UnknownMember(f"There is no programme {name}; correct the id.")
    return holders


def holder_among(known: Container[str], name: str, network: Network) -> str:
    """The holder that is meant by a name; `known` ones have theirs though they have left the network.

    Raises UnknownMember, ContradictoryRules.
    """
    among = (holder for holder in (city_holder(name), f"programme/{name}") if holder in known)
    return next(among, None) or only_holder(name, network)


def pair_named(names: Pair, network: Network, known: Container[str] = ()) -> Pair:
    """The pair of holders that is meant by two names. Raises UnknownMember, ContradictoryRules."""
    one, other = sorted(holder_among(known, name, network) for name in names)
    pair_key((one, other))  # refuses what cannot be a pair
    return one, other


def name_of_holder(holder: str) -> str:
    """The name by which people name a holder: the opposite of `only_holder`."""
    return holder.partition("/")[2]


def holder_of(member_id: str, programme_id: str | None, network: Network) -> str:
    """The holder of a member's capacity. Raises UnknownMember, or ContradictoryRules for several programmes."""
    found = network.member(member_id)
    is_partner = found is not None and found[0] == "partner"
    return only_holder(f"{member_id}/{programme_id}" if is_partner and programme_id else member_id, network)


def only_holder(name: str, network: Network) -> str:
    """The one holder that is meant by a name. Raises UnknownMember, and ContradictoryRules if it could be several."""
    holders = holders_named(name, network)
    if len(holders) > 1:
        raise ContradictoryRules(f"{name} has {len(holders)} programmes; name one as PARTNER/PROGRAMME.")
    return holders[0]


def holder_name(holder: str, network: Network) -> str:
    """The name of a city, or of a programme with its partner's; the holder itself if it is not in the network."""
    _, member_id, *programme_id = holder.split("/")
    found = network.member(member_id)
    if found is None:
        return holder
    kind, state = found
    if kind == "city":
        return CityState.model_validate_json(state).name
    partner = PartnerState.model_validate_json(state)
    names = [each.name for each in partner.programmes if [each.programme_id] == programme_id]
    return f"“{names[0]}” of {partner.name}" if names else holder
