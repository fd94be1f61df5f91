"""Two pairs of a draft side by side: how each stands, the reasons of both, and what it costs to swap one for the other.

Invariant: looking changes nothing; the button swaps what the page shows, and is refused where that was edited since.
"""

import asyncio
from typing import Final

from isopolity.client import matching
from isopolity.client.matching import models
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.forms.page_form import unless
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH, known_draft, round_page
from isopolity.portal.entrypoints.http.office.rounds.pairs import tried
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of

_SIDES: Final = ("a", "b", "c", "d")
Names = tuple[str, str]


@for_staff
async def compared(request: Request, _account: Account) -> Response:
    """The pair of `a` and `b` beside that of `c` and `d`, or, without these, beside its cheapest swap."""
    a, b, c, d = (request.query_params.get(side, "")[:300] for side in _SIDES)
    apis, known = apis_of(request), await known_draft(request)
    first = await _pair(apis, known.round_id, (a, b))
    if first is None:
        raise NothingThere(request.url.path)
    is_open = known.draft.status == "open" and first.chosen and not first.published
    other: Names | None = (c, d) if c and d else None
    if other is None and is_open:
        _, swaps = await tried(apis, known.round_id, first, "")
        best = next((each.pair for each in swaps if each.trial.edit is not None), None)
        other = None if best is None else (best.a, best.b)
    second, trial = (
        (None, None) if other is None else await _beside(apis, known.round_id, first, other, is_open=is_open)
    )
    return round_page(request, "compared.html", known, "pairs", first=first, second=second, trial=trial)


async def _beside(
    apis: ServiceApis, round_id: str, first: models.DraftPairView, other: Names, *, is_open: bool
) -> tuple[models.DraftPairView | None, models.TrialView | None]:
    """The other pair, and the effect of putting it in the place of the first, where that can be tried."""
    if not is_open:
        return await _pair(apis, round_id, other), None
    order = models.PairEditOrder(act="replace", pair=(first.a, first.b), by=models.By(other))
    sent = apis.send(matching.drafts.trial(round_id, models.TrialOrder(edits=[order])), is_long=True)
    second, trials = await asyncio.gather(_pair(apis, round_id, other), unless(sent, NotAllowed))
    return second, trials[0] if trials else None


async def _pair(apis: ServiceApis, round_id: str, names: Names) -> models.DraftPairView | None:
    """The candidate of these names with what both sides would read; None where the two are no candidate."""
    one, other = names
    if not one or not other:
        return None
    found = await apis.send(matching.drafts.pairs(round_id, member=one, other=other, told=True, limit=1))
    return next(iter(found.items), None)


routes = [Route(f"{PATH}/{{round_id}}/compared", compared)]
