"""How many cities and requests fit a programme's criteria, as they stand or as they are typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceAway
from isopolity.portal.domain.programmes.criteria import criteria_of
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.visitors import apis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What fits, or why that cannot be told: a sentence, empty where nothing can be counted now."""

    reach: Any = None
    problem: str = ""


async def counted(request: Request, account: Account, programme: Mapping[str, Any]) -> Count:
    """What fits the criteria of a programme, stored or not."""
    path = f"/partners/{account.member_id}/reach"
    try:
        return Count(reach=await apis_of(request).get("matching", path, criteria_of(programme)))
    except NotAllowed as refused:
        return Count(problem=str(refused))
    except (NothingThere, ServiceAway):
        return Count()
