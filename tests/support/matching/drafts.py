"""Pairs and members of drafts, as tests name and change them."""

from isopolity.contracts.registry import CityState
from isopolity.matching.domain.rules.pair_rules import Pair
from tests.support.matching.instance import Instance


def named(pair: Pair) -> Pair:
    """The cities of a pair, by their ids."""
    one, other = (holder.removeprefix("city/") for holder in pair)
    return one, other


def put(running: Instance, state: CityState) -> None:
    """Put the newest state of a city into the network."""
    content = state.model_dump_json().encode()
    running.network.put_member("city", state.city_id, state.version, state.status, content)
