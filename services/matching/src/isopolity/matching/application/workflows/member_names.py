"""Members as people name them, and the owners and holders of capacity that are meant.

A city is named by its id, a programme by PARTNER/PROGRAMME, or by the partner's id.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Final

from pydantic import BaseModel

from isopolity.contracts.registry import PartnerState
from isopolity.matching.domain.draft_report import UNKNOWN_SIZE, Traits
from isopolity.matching.domain.member import holders_of, holders_of_pair, kind_of, member_key, owner, programme_holder
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.pair_rules import Pair, PairRules, pair_key
from isopolity.matching.errors import ContradictoryRules, UnknownMember
from isopolity.wording import phrases

_HOLDER: Final = re.compile(r"\b(?:city/[^\s/,;]+(?:/sponsorships)?|programme/[^\s/,;]+/[^\s/,;]+)")


class _NamedProgramme(BaseModel):
    """A programme's id and name."""

    programme_id: str
    name: str


class _Named(BaseModel):
    """The names in the state of a member; to read the whole state takes many times as long."""

    name: str
    programmes: tuple[_NamedProgramme, ...] = ()


class _Placed(BaseModel):
    """The country in the state of a member, which is a city or a partner."""

    country: str | None = None
    home_country: str | None = None


def by_owners(plan: RoundPlan, network: Network) -> RoundPlan:
    """The plan with owners of capacity in place of names; ids in the filters of its rules stay as they are.

    A partner stands for each of its programmes in what must never be, and for its only one in what must be. Raises
    UnknownMember, ContradictoryRules.
    """
    for member_id, position in plan.book.named.items():
        _require_named(member_id, plan.book.name(position), network)
    must = [(only_owner(one, network), only_owner(other, network)) for one, other in plan.must]
    never = [
        (one, other)
        for first, second in plan.never
        for one in owners_named(first, network)
        for other in owners_named(second, network)
    ]
    for pair in (*must, *never):
        pair_key(pair)
    rules = PairRules.of(must, never)
    return replace(plan, must=tuple(sorted(rules.must)), never=tuple(sorted(rules.never)))


def _require_named(member_id: str, rule: str, network: Network) -> None:
    try:
        owners_named(member_id, network)
    except UnknownMember as error:
        raise UnknownMember(f"{rule[0].upper()}{rule[1:]} names {member_id}, and there is no such member.") from error


def gone_from(plan: RoundPlan, network: Network) -> Sequence[str]:
    """The ids in a plan that are of no member of the network, each once, as an order names members."""
    paired = (name_in_order(each) for pair in (*plan.must, *plan.never) for each in pair)
    return [each for each in dict.fromkeys((*paired, *plan.book.named)) if not _is_known(each, network)]


def _is_known(name: str, network: Network) -> bool:
    try:
        return bool(owners_named(name, network))
    except UnknownMember:
        return False


def with_names(sentence: str, network: Network) -> str:
    """The sentence with names in place of holders, as people know members."""
    return _HOLDER.sub(lambda found: holder_name(found[0], network), sentence)


def owners_named(name: str, network: Network) -> Sequence[str]:
    """The owners of capacity under a name: a city, or programmes. Raises UnknownMember."""
    member_id, _, programme_id = name.partition("/")
    found = network.member(member_id)
    if found is None:
        raise UnknownMember(f"There is no member {name}; correct the id.")
    kind, state = found
    if kind == "city" and not programme_id:
        return [member_key(kind, member_id)]
    programmes = PartnerState.model_validate_json(state).programmes if kind == "partner" else ()
    owners = [
        programme_holder(member_id, each.programme_id) for each in programmes if programme_id in ("", each.programme_id)
    ]
    if not owners:
        raise UnknownMember(f"There is no programme {name}; correct the id.")
    return owners


def owner_among(known: Container[str], name: str, network: Network) -> str:
    """The owner of capacity that is meant by a name; those of `known` holders may have left the network.

    Raises UnknownMember, ContradictoryRules.
    """
    owners = (member_key("city", name), f"programme/{name}")
    among = (each for each in owners if any(holder in known for holder in holders_of(each)))
    return next(among, None) or only_owner(name, network)


def pair_named(names: Pair, network: Network, known: Container[str] = ()) -> Pair:
    """The pair of holders that is meant by two names. Raises UnknownMember, ContradictoryRules."""
    first, second = (owner_among(known, name, network) for name in names)
    pair_key((first, second))  # refuses what cannot be a pair
    one, other = sorted(holders_of_pair(first, second))
    return one, other


def name_of_owner(holder: str) -> str:
    """The name by which people name the owner of a holder: the opposite of `only_owner`."""
    return owner(holder).partition("/")[2]


def name_in_order(name: str) -> str:
    """The name by which an order names an owner; what is named so already stays."""
    return name.removeprefix("city/").removeprefix("programme/")


def owner_of(member_id: str, programme_id: str | None, network: Network) -> str:
    """The owner of a member's capacity. Raises UnknownMember, or ContradictoryRules for several programmes."""
    found = network.member(member_id)
    is_partner = found is not None and found[0] == "partner"
    return only_owner(f"{member_id}/{programme_id}" if is_partner and programme_id else member_id, network)


def only_owner(name: str, network: Network) -> str:
    """The one owner that is meant by a name. Raises UnknownMember, and ContradictoryRules if it could be several."""
    owners = owners_named(name, network)
    if len(owners) > 1:
        raise ContradictoryRules(f"{name} has {len(owners)} programmes; name one as PARTNER/PROGRAMME.")
    return owners[0]


def no_room(holder: str, network: Network) -> str:
    """That a holder has no capacity left, in a clause that says of which kind."""
    another = "city" if holder.startswith("programme/") else kind_of(holder)
    return f"{holder_name(holder, network)} has no room for another {another}"


def member_name(member_id: str, network: Network) -> str:
    """The name of a city or partner, also of one that has left; its id if it is unknown or erased."""
    found = network.member_or_left(member_id)
    if found is None:
        return member_id
    return _Named.model_validate_json(found[1]).name


def holder_name(holder: str, network: Network) -> str:
    """The name of the city, or of the programme with its partner's, also of those that have left.

    The owner itself if the member is unknown or erased, or its programme is no longer there.
    """
    _, member_id, *programme_id = owner(holder).split("/")
    found = network.member_or_left(member_id)
    if found is None:
        return owner(holder)
    kind, state = found
    member = _Named.model_validate_json(state)
    if kind == "city":
        return member.name
    names = [each.name for each in member.programmes if [each.programme_id] == programme_id]
    return f"“{names[0]}” of {member.name}" if names else holder


def country_of(holder: str, network: Network) -> str | None:
    """The country of a city, or the home country of a programme's partner, also of one that has left; else None."""
    found = network.member_or_left(owner(holder).split("/")[1])
    if found is None:
        return None
    placed = _Placed.model_validate_json(found[1])
    return placed.country or placed.home_country


def has_left(holder: str, network: Network) -> bool:
    """Whether the member of a holder is not in the network now."""
    return network.member(owner(holder).split("/")[1]) is None


def name_of_named(name: str, network: Network) -> str:
    """The display name of a city, a partner, or PARTNER/PROGRAMME as people name them; an unknown one as it is."""
    if "/" not in name:
        return member_name(name, network)
    found = holder_name(f"programme/{name}", network)
    return name if found == f"programme/{name}" else found


def name_or_traits(holder: str, traits: Traits | None, network: Network) -> str:
    """The name of a city or a programme; once it has left a city by its traits, a programme as one that has left."""
    key = owner(holder)
    if not has_left(key, network):
        return holder_name(holder, network)
    if not key.startswith("city/"):
        return "a programme of a partner that has left"
    if traits is None:
        return "a city that has left"
    place = f"a city in {phrases.region(traits.region)}"
    return place if traits.size == UNKNOWN_SIZE else f"{place} with {traits.size} people"
