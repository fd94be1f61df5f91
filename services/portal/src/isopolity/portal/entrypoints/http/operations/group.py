"""One group of consumers: how it stands; who has the right pauses, resumes and resets it.

Invariant: what is ordered goes to the service that runs the group, with a reason that its audit keeps.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client.operations import groups
from isopolity.client.operations.models import Reset, ResetReport, Turning
from isopolity.contracts.catalogue import GROUPS, Group
from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.operations.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.operations.groups import GroupView, group_views
from isopolity.portal.entrypoints.http.operations.reports import Reports, known, reports_of
from isopolity.portal.entrypoints.http.operations.resets import WrongConfirmation, WrongField, order_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of
from isopolity.web.operations.troubles import without_canaries

_PATH: Final = f"{FLOW}/groups"
_SHORTEST: Final = 3
"""Characters of a reason."""


@for_operators
async def group(request: Request, account: Account) -> Response:
    """One group; and what is done with it."""
    found = next((each for each in GROUPS if each.name == request.path_params["name"]), None)
    if found is None:
        raise NothingThere(request.path_params["name"])
    if request.method == "GET":
        return await _shown(request, account, found)
    if request.state.form.get("do") in ("preview", "reset"):
        return await _reset(request, account, found)
    return await _switched(request, account, found)


async def _reset(request: Request, account: Account, found: Group) -> Response:
    """The preview, or the reset; one that is refused, or not confirmed, shows the preview again."""
    form, faults = request.state.form, dict[str, str]()
    is_preview = form.get("do") == "preview"
    try:
        order = order_of(form, found, is_preview=is_preview)
        if not is_preview:
            await _ordered(request, found, order)
            return RedirectResponse(f"{_PATH}/{found.name}?done=reset", HTTPStatus.SEE_OTHER)
    except WrongConfirmation as wrong:
        faults = {wrong.field: wrong.code}
    except WrongField as wrong:
        return await _shown(request, account, found, faults={wrong.field: wrong.code})
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        faults = {"reset": str(refused)}
    try:
        plan = await _ordered(request, found, order_of(form, found, is_preview=True))
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return await _shown(request, account, found, faults={"reset": str(refused)} | faults)
    return await _shown(request, account, found, faults=faults, plan=plan)


async def _ordered(request: Request, found: Group, order: Reset) -> ResetReport:
    return await apis_of(request).send(groups.reset(found.service, found.name, order), is_long=True)


async def _switched(request: Request, account: Account, found: Group) -> Response:
    form = request.state.form
    act, turn = ("resume", groups.resume) if form.get("do") == "resume" else ("pause", groups.pause)
    reason = form.get("reason", "").strip()
    if len(reason) < _SHORTEST:
        return await _shown(request, account, found, faults={act: ""})
    try:
        await apis_of(request).send(turn(found.service, found.name, Turning(reason=reason)))
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return await _shown(request, account, found, faults={act: str(refused)})
    return RedirectResponse(f"{_PATH}/{found.name}?done={act}", HTTPStatus.SEE_OTHER)


async def _shown(
    request: Request,
    account: Account,
    found: Group,
    *,
    faults: Mapping[str, str] | None = None,
    plan: ResetReport | None = None,
) -> Response:
    reports = await reports_of(request)
    views = group_views(reports)
    view = next(view for view in views if view.name == found.name)
    waits = without_canaries(view.topics)
    return page(
        request,
        "operations/group.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else 200,
        here="me",
        account=account,
        group=view,
        is_away=reports[found.service] is None,
        is_counted=_is_counted(view, reports),
        reports=known({found.service: reports[found.service]} if reports[found.service] else reports),
        waiting=sum(topic.lag for topic in waits),
        untyped=sum(topic.untyped for topic in waits),
        people=await staff_names(request, account) if any(told.acts for told in view.told) else {},
        faults=faults or {},
        typed={} if request.method == "GET" else dict(request.state.form),
        done=request.query_params.get("done", ""),
        topics=found.topics,
        plan=plan,
    )


def _is_counted(view: GroupView, reports: Reports) -> bool:
    """Whether what waits for the group was looked at since the last order: else it is as it was before."""
    report, acts = reports[view.service], [act for told in view.told for act in told.acts]
    if report is None or not acts:
        return True
    return report.sampled_at is not None and report.sampled_at > max(act.at for act in acts)


routes = [Route(f"{_PATH}/{{name}}", group, methods=["GET", "POST"])]
