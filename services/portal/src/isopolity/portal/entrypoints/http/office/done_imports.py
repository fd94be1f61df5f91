"""An import that was done is taken back by staff: first the page says what goes, what gets its earlier values, and what
stays and why.

Invariant: the button does what its page showed. While matching does not answer, the page has no button. It is done in
the background; see `import_work`.
"""

import asyncio
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.matching.models import MembersToLookAt
from isopolity.client.registry.models import DoneImportMembers, Resting, UndoPreview, UndoPreviewOrder, UndoTaking
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.typed_values import version_in
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered
from isopolity.portal.entrypoints.http.known_members import staff_names
from isopolity.portal.entrypoints.http.office.import_work import is_open, wait_a_moment, why_failed, working_page
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

PATH: Final = "/office/imports/done"
_ACTS: Final = ("stay", "leave", "restore")
"""What becomes of entries, in the order in which the page shows them."""
_AT_ONCE: Final = 50


@for_staff_to(ENDORSE)
async def take_back(request: Request, account: Account) -> Response:
    """Render what taking the import back would do; POST takes it back as the page showed."""
    form, apis = await PageForm.of(request, account), apis_of(request)
    read = registry.done_imports.read(request.path_params["run_id"])
    done = await apis.send(read)
    address = f"{PATH}/{done.run_id}"
    if is_open(done.work):
        return working_page(request, form, done, address)
    resting = await _resting(apis, done)
    with_mailed = (form["mailed"] if form.was_sent else request.query_params.get("mailed", "")) == "1"
    mailed = "&mailed=1" if with_mailed else ""
    if form.was_sent and resting is not None:
        wanted = UndoTaking(shown=form["shown"], resting=resting, with_mailed=with_mailed)
        if await form.done(apis.send(registry.done_imports.take_back(done.run_id, wanted, background=True))):
            await wait_a_moment(lambda: apis.send(read))
            return see_other(f"{address}?taken=1{mailed}")
        if form.is_stale:
            return see_other(f"{address}?changed=1{mailed}")
    act = request.query_params.get("act", "")
    after = version_in(request.query_params.get("after", ""))
    order = UndoPreviewOrder(resting=resting or (), with_mailed=with_mailed)
    seen, people, file = await asyncio.gather(
        _seen(apis, done, order, act, after),
        staff_names(request),
        if_answered(apis.send(registry.prepared_imports.read(done.run_id))),
    )
    return form.page(
        request,
        "office/imports/take-back.html",
        done=done,
        address=address,
        is_known=resting is not None,
        seen=seen,
        acts={each: getattr(seen, each) for each in _ACTS},
        act=act if act in _ACTS else "",
        with_mailed=with_mailed,
        people=people,
        file=None if file is None else f"/office/imports/{done.run_id}",
        was_taken="taken" in request.query_params and not why_failed(done.work),
        has_changed="changed" in request.query_params or why_failed(done.work) == "changed-meanwhile",
    )


async def _resting(apis: ServiceApis, done: DoneImportMembers) -> list[Resting] | None:
    """The members on which something rests in matching since the import; None while that cannot be known."""
    if not done.member_ids:
        return []
    asked = MembersToLookAt(member_ids=done.member_ids, since=done.done_at)
    found = await if_answered(apis.send(matching.members.in_use(asked)))
    return None if found is None else [Resting(member_id=one.member_id, reason=one.reason) for one in found.items]


async def _seen(
    apis: ServiceApis, done: DoneImportMembers, order: UndoPreviewOrder, act: str, after: int
) -> UndoPreview:
    """What taking it back would do, with a page of the entries of which `act` becomes, or of all."""
    wanted = act if act in _ACTS else None
    asked = registry.done_imports.preview(done.run_id, order, act=wanted, after=after, limit=_AT_ONCE)
    return await apis.send(asked, is_long=True)


routes = [Route(f"{PATH}/{{run_id}}", take_back, methods=["GET", "POST"])]
