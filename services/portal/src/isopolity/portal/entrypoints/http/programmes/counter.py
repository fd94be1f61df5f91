"""How many cities and requests fit a programme's criteria, as they stand or as they are typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceAway
from isopolity.portal.domain.programmes.criteria import criteria_of
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.visitors import apis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What fits, or why that cannot be told; nothing at all where it cannot be counted now."""

    reach: Any = None
    problems: Mapping[str, str] = field(default_factory=dict)
    """A sentence by the name of what is wrong, empty where that is no field."""


async def counted(request: Request, account: Account, programme: Mapping[str, Any]) -> Count:
    """What fits the criteria of a programme, stored or not."""
    path = f"/partners/{account.member_id}/reach"
    try:
        return Count(reach=await apis_of(request).get("matching", path, criteria_of(programme)))
    except NotAllowed as refused:
        named = {_name(pointer): detail for pointer, detail in refused.fields.items()}
        return Count(problems=named or {"": str(refused)})
    except (NothingThere, ServiceAway):
        return Count()


def _name(pointer: str) -> str:
    """The name of the parameter that a JSON pointer leads into."""
    return next((part for part in reversed(pointer.split("/")) if part and not part.isdigit()), "")
