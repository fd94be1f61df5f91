"""Members that an event is about, as ids: to count how many wait, and to tell whom it names.

Where an event names no member, the side of a proposal that answered or was mailed is counted for one, and not told.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from isopolity.contracts.catalogue import (
    CITY,
    CONTACT,
    DELIVERY,
    INTEREST,
    PARTNER,
    PARTNERSHIP,
    PROPOSAL,
    REQUEST,
    RESPONSE,
    TWINNING,
)
from isopolity.contracts.masked_fields import is_id

_BOTH_SIDES: Final = "sides"
_FIELDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    CITY.name: (("city_id",),),
    PARTNER.name: (("partner_id",),),
    REQUEST.name: (("city_id",),),
    TWINNING.name: (("city_a",), ("city_b",)),
    CONTACT.name: (("member_id",),),
    INTEREST.name: (("member_id",),),
    RESPONSE.name: (("proposal_id", "side"),),
    DELIVERY.name: (("proposal_id", "side"),),
    PROPOSAL.name: ((_BOTH_SIDES,),),
    PARTNERSHIP.name: ((_BOTH_SIDES,),),
}
"""By topic, the fields whose values together are one id; of both sides it is the `member_id` of each."""


def member_ids(topic: str, value: bytes | None) -> frozenset[str]:
    """The ids in the value of a record; none where it tells none, cannot be read, or is a tombstone."""
    fields = _FIELDS.get(topic)
    if fields is None or value is None:
        return frozenset()
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):  # the second where it is nested too deep
        return frozenset()
    return frozenset(_ids(found, fields)) if isinstance(found, dict) else frozenset()


def members_told(topic: str, data: Mapping[str, Any] | None) -> list[str]:
    """The ids of members in the masked data of an event, in order; none where it names none, or fits no contract.

    What the contract of its type does not have tells nothing, so an event that lies on another topic than its own
    does not name by that topic's fields what nobody has checked.
    """
    fields = tuple(names for names in _FIELDS.get(topic, ()) if len(names) == 1)
    return [] if data is None else sorted(filter(is_id, set(_ids(data, fields))))


def _ids(found: Mapping[str, Any], fields: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    for names in fields:
        if names == (_BOTH_SIDES,):
            sides = found.get(_BOTH_SIDES)
            for side in sides if isinstance(sides, list) else ():
                if isinstance(side, dict) and isinstance(side.get("member_id"), str):
                    yield side["member_id"]
            continue
        values = [found.get(name) for name in names]
        if all(isinstance(value, str) for value in values):
            yield "/".join(map(str, values))
