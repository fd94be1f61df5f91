"""The names of people of the office, staff and operators, for pages that tell who did something.

Invariant: who may not read registry's list of people reads their ids, and a page never waits in vain for the names.
"""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceAway
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import MANAGE
from isopolity.portal.entrypoints.http.visitors import apis_of

_MANAGE_ALL: Final = "operator:manage"
"""The right that operators with all rights have, and nobody else."""


async def staff_names(request: Request, account: Account) -> Mapping[str, str]:
    """The names by the ids that acts have; none where the visitor may not read them, or registry does not answer."""
    if not (account.may(MANAGE) or account.may(_MANAGE_ALL)):
        return {}
    try:
        people = (await apis_of(request).get("registry", "/people"))["items"]
    except (ServiceAway, NotAllowed, NothingThere):
        return {}
    return {one["person_id"]: one["name"] for one in people}
