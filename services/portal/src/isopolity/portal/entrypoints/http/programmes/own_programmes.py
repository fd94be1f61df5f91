"""A partner's programmes as registry has them: their list, and their change.

Invariant: a change names the version that the visitor saw, so that no other change is overwritten.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.registry.models import Programme
from isopolity.portal.adapters.service_apis import ChangedMeanwhile
from isopolity.portal.domain.programmes.form import Stated
from isopolity.portal.domain.programmes.life import OwnProgrammes, state_of
from isopolity.portal.domain.typed_values import number_in
from isopolity.portal.entrypoints.http.admission import for_partners, may_edit
from isopolity.portal.entrypoints.http.forms.page_form import if_answered
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, today

PATH: Final = "/me/programmes"
WAITS: Final = "waits"
"""In the address: the programme that was saved just now waits for the office."""


async def own_programmes(request: Request, account: Account) -> OwnProgrammes:
    """The programmes of the partner as which the visitor acts. Raises what the API does."""
    partner = await apis_of(request).send(registry.partners.read(account.member))
    return OwnProgrammes.of(partner)


async def save_programmes(
    request: Request, account: Account, programmes: Sequence[Programme | Stated], version: str
) -> OwnProgrammes:
    """Put these in place of all. Raises ChangedMeanwhile unless the partner is at this version, and NotAllowed."""
    seen = number_in(version)
    if not isinstance(seen, int):
        raise ChangedMeanwhile(version)
    stated = [each.model_dump(mode="json") if isinstance(each, Programme) else each for each in programmes]
    change = registry.partners.change(account.member, {"programmes": stated}, version=seen)
    partner = await apis_of(request).send(change)
    return OwnProgrammes.of(partner)


@for_partners
async def programmes(request: Request, account: Account) -> Response:
    """List the partner's programmes, each with its state."""
    counted = apis_of(request).send(matching.members.why(account.member, change=False))
    own, found = await asyncio.gather(own_programmes(request, account), if_answered(counted))
    listed = [(each, state_of(each, own.waiting, own.refused, today(request))) for each in own.all]
    return page(
        request,
        "programmes/list.html",
        listed=listed,
        unmet={each.programme_id: each for each in found.owners} if found else {},
        refused=own.refused,
        changes=own.changes,
        may_edit=may_edit(account),
        today=today(request),
        was_saved="saved" in request.query_params,
        it_waits=request.query_params.get("saved") == WAITS,
    )


routes = [Route(PATH, programmes)]
