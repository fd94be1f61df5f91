"""Staff decides about changes of identity and of requests that members ask for: what stands beside what is wanted."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import ChangeDocument, ChangeRefusal
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.interests import version_in
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.optional_answers import if_there
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/office/changes"
_SHOWN: Final = 50
_PENDING: Final = "pending"
_DONE: Final = ("approved", "refused")
_LONGEST: Final = 1000
"""Characters of a reason that registry takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of a decision."""

    kind: str
    """`approved`, `refused`, `newer`, `before`, `gone` or `problem`."""
    name: str = ""
    status: str = ""
    sentence: str = ""


@for_staff_to(ENDORSE)
async def changes(request: Request, account: Account) -> Response:
    """The changes that wait, and the decision about one of them; one that is newer than was read is not decided."""
    form = await PageForm.of(request, account)
    decided = await _decided(request, form) if form.was_sent else None
    selection = Selection.of(_PATH, request.query_params, ("status",))
    found = await apis_of(request).send(
        registry.changes.list(status=selection.chosen.get("status"), cursor=selection.cursor, limit=_SHOWN)
    )
    return page(
        request,
        "office/changes.html",
        here="me",
        selection=selection,
        items=found.items,
        decided=decided,
        typed={} if decided and decided.kind in _DONE else form.fields,
        longest=_LONGEST,
        following=selection.address(found.next) if found.next else None,
    )


async def _decided(request: Request, form: PageForm) -> Decided:
    """Decide about a change."""
    apis, member_id, version = apis_of(request), form["member_id"] or "-", version_in(form["version"])
    if form["do"] == "approve":
        decision = registry.changes.approve(member_id, version=version)
    else:
        refusal = ChangeRefusal(reason=form["reason"]) if form["reason"] else None
        decision = registry.changes.refuse(member_id, refusal, version=version)
    decided = await form.answer(apis.send(decision), may_be_gone=True)
    if decided is not None:
        return Decided(kind=decided.status, name=_name(decided))
    if form.is_stale:
        return await _standing(apis, member_id)
    return Decided(kind="gone") if form.is_gone else Decided(kind="problem", sentence=form.sentence)


async def _standing(apis: ServiceApis, member_id: str) -> Decided:
    """Why nothing was decided: somebody did so before, or the member asks for something else."""
    found = await if_there(apis.send(registry.changes.read(member_id)))
    if found is None:
        return Decided(kind="gone")
    if found.status == _PENDING:
        return Decided(kind="newer", name=_name(found))
    return Decided(kind="before", name=_name(found), status=found.status)


def _name(change: ChangeDocument) -> str:
    name = "title" if change.member_kind == "request" else "name"
    return str(change.wanted.get(name) or change.before.get(name, ""))


routes = [Route(_PATH, changes, methods=["GET", "POST"])]
