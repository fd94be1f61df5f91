"""The preview of a merger: all that the duplicate has open, and its fate if the two entries were merged now.

Programmes of the same name count as one, as they do when registry merges them. Nothing here changes anything.
"""

from typing import Final

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.folded_text import fold
from isopolity.matching.application.candidates.market import capacities_of
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.departure.merger import OpenItems, open_items, places
from isopolity.matching.domain.mergers.merger import Merger
from isopolity.matching.domain.network import Network
from isopolity.matching.errors import NoPair, UnknownMember

_NEW: Final = "new:"
"""Before the id of a programme that the entry that stays does not have yet."""


async def preview(into: str, duplicate_id: str, network: Network, uow: UnitOfWork) -> OpenItems:
    """All that the duplicate has open, and its fate in a merger. Raises UnknownMember, NoPair."""
    kept, duplicate = _state(into, network), _state(duplicate_id, network)
    if into == duplicate_id or type(kept) is not type(duplicate):
        raise NoPair("These are not two entries of one kind; name another duplicate.")
    moved = {}
    if isinstance(kept, PartnerState) and isinstance(duplicate, PartnerState):
        named = {fold(each.name): each.programme_id for each in kept.programmes}
        moved = {
            each.programme_id: named.get(fold(each.name), f"{_NEW}{each.programme_id}") for each in duplicate.programmes
        }
    merger = Merger(duplicate_id=duplicate_id, into=into, moved_ids=moved)
    return await open_items(merger, places(merger, capacities_of(kept), capacities_of(duplicate)), uow)


def _state(member_id: str, network: Network) -> CityState | PartnerState:
    found = network.member(member_id)
    if found is None:
        raise UnknownMember(f"There is no member {member_id}; correct the id.")
    kind, state = found
    return CityState.model_validate_json(state) if kind == "city" else PartnerState.model_validate_json(state)
