"""A round with its draft: figures, fairness and gains, what became of the rules, who falls short, and of each
proposal.

Invariant: of an open draft all of it is as it is now; once the draft is closed it is as its last publication was, with
the figures of today beside. Staff alone reads answers; a side learns the other's by both having agreed, and by nothing
else.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar
from urllib.parse import urlencode

from isopolity.client import matching
from isopolity.client.call import Call
from isopolity.client.matching import models
from isopolity.portal.adapters.service_apis import AskedTooOften
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.typed_values import whole_number
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_known
from isopolity.portal.entrypoints.http.office.desk.tasks import tasks_of
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH, known_round, round_page
from isopolity.portal.entrypoints.http.office.rounds.results import last_report
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

_NAMED: Final = 60
"""Cities without a pair that the page names; of the others it tells how many there are."""
_UNDER_WAY: Final = ("waiting", "running")
_ENDED_EARLY: Final = ("failed", "cancelled")
Answer = TypeVar("Answer")
_ON_A_PAGE: Final = 25


@for_staff
async def summary(request: Request, _account: Account) -> Response:
    """How far the round is, or what came of it; of an open draft as it is after its edits."""
    return await _rendered(request, await PageForm.of(request))


def _nothing(_: object) -> Mapping[str, int]:
    return {}


async def act_on_round(
    request: Request, act: Call[Answer], counted: Callable[[Answer], Mapping[str, int]] = _nothing
) -> Response:
    """Have matching do `act` on the round that the address names, and show the round: with what is `counted` in the
    answer, or with why nothing was done.
    """
    form = await PageForm.of(request)
    done = await form.answer(apis_of(request).send(act), passes=AskedTooOften)
    if done is None:
        return await _rendered(request, form)
    query = f"?{urlencode(counts)}" if (counts := counted(done)) else ""
    return see_other(f"{PATH}/{request.path_params['round_id']}{query}")


async def _rendered(request: Request, form: PageForm) -> Response:
    known = await known_round(request)
    is_under_way = known.round.status in _UNDER_WAY
    report, publications = await last_report(apis_of(request), known)
    order = None
    if known.round.status in _ENDED_EARLY:
        order = await if_known(apis_of(request).send(matching.rounds.order(known.round_id)))
    return round_page(
        request,
        "summary.html",
        known,
        "summary",
        status=form.status,
        order=order,
        problem=form.sentence,
        report=None if report is None else report.figures,
        today=None if report is None else report.today,
        publication=None if report is None else report.publication,
        publications=publications,
        named=_NAMED,
        on_desk=await tasks_of(request, "drafts", [known.round_id]),
        is_under_way=is_under_way,
        told={name: whole_number(request.query_params.get(name, "")) for name in ("undone", "fell_out")},
        scripts=("progress.js",) if is_under_way else (),
    )


@for_staff
async def answers(request: Request, _account: Account) -> Response:
    """Counts by stage and by answer, and the proposals: all, or those of a stage, an answer or a member."""
    known, apis = await known_round(request), apis_of(request)
    selection = Selection.of(f"{PATH}/{known.round_id}/answers", request.query_params, ("stage", "answer", "member"))
    chosen = selection.chosen
    asked = matching.proposals.list(
        stage=chosen.get("stage"),
        answer=chosen.get("answer"),
        member_id=chosen.get("member"),
        round_id=known.round_id,
        cursor=selection.cursor,
        limit=_ON_A_PAGE,
    )
    found, counts = await asyncio.gather(apis.send(asked), apis.send(matching.rounds.outcomes(known.round_id)))
    return round_page(
        request,
        "answers.html",
        known,
        "answers",
        selection=selection,
        proposals=found.items,
        counts=counts.stages,
        answers=counts.answers,
        member=_name_of(chosen.get("member"), found.items),
        following=selection.address(found.next) if found.next else None,
    )


def _name_of(member_id: str | None, proposals: Sequence[models.ProposalView]) -> str | None:
    """The name of the member whose proposals are listed; its id where none is."""
    names = (side.name for each in proposals for side in each.sides if side.member_id == member_id)
    return next(names, member_id)


routes = [Route(f"{PATH}/{{round_id}}", summary), Route(f"{PATH}/{{round_id}}/answers", answers)]
