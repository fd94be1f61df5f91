"""Changes that staff decides about: of identity and of requests; of contacts, where the office was called; programmes
that partners have added.

Invariant: nothing is decided about a member that was changed since the page showed it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import ChangeDocument, ChangeRefusal, ContactDecision, ProgrammeRefusal
from isopolity.portal.adapters.service_apis import NotAllowed, ServiceApis
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.typed_values import version_in
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_there
from isopolity.portal.entrypoints.http.known_members import FOLDERS, members_of
from isopolity.portal.entrypoints.http.office.desk.sources import item_of, says_words
from isopolity.portal.entrypoints.http.office.desk.tasks import Tasks, tasks_of
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other

_PATH: Final = "/office/changes"
_ON_A_PAGE: Final = 50
_PENDING: Final = "pending"
_DONE: Final = ("approved", "refused")
_LONGEST: Final = 1000
"""Characters of a reason that registry takes."""
_CONTACT_CHANGES: Final = "/office/contact-changes"
_DECISIONS: Final = {"make": "made", "refuse": "refused"}
"""Decisions of staff, and the word by which the next page reports each."""
_MISSING: Final = "missing"
"""Problem of an empty reason; the template has the sentence."""
_PROGRAMMES: Final = "/office/programmes"
_PARTNERS: Final = 50
"""Partners; those beyond are shown once others are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The outcome of a decision."""

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
        registry.changes.list(status=selection.chosen.get("status"), cursor=selection.cursor, limit=_ON_A_PAGE)
    )
    return page(
        request,
        "office/changes.html",
        selection=selection,
        items=found.items,
        on_desk=await _tasks_of_changes(request, found.items),
        decided=decided,
        typed={} if decided and decided.kind in _DONE else form.fields,
        longest=_LONGEST,
        following=selection.address(found.next) if found.next else None,
    )


async def _tasks_of_changes(request: Request, items: Sequence[ChangeDocument]) -> Mapping[str, tuple[Tasks, str]]:
    """By member, the queue of its change with what is noted, and the id of the task."""
    named = {is_words: [each for each in items if says_words(each) is is_words] for is_words in (False, True)}
    tasks = {
        is_words: await tasks_of(request, "words" if is_words else "changes", [item_of(each) for each in those])
        for is_words, those in named.items()
    }
    return {each.member_id: (tasks[says_words(each)], item_of(each)) for each in items}


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


@for_staff_to(ENDORSE)
async def contact_changes(request: Request, account: Account) -> Response:
    """List the changes that wait for the office; POST decides about one of them."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _contact_changes_page(request, form)
    if not form["reason"]:
        form.refuse({"": _MISSING})
        return await _contact_changes_page(request, form)
    decision = form["do"] if form["do"] in _DECISIONS else "refuse"
    body = ContactDecision(decision=decision, reason=form["reason"])
    decided = registry.contact_changes.decide(form["change_id"] or "-", body)
    if await form.done(apis_of(request).send(decided), may_be_gone=True):
        return see_other(f"{_CONTACT_CHANGES}?done={_DECISIONS[decision]}")
    # it was decided or forgotten meanwhile
    return see_other(_CONTACT_CHANGES) if form.is_gone else await _contact_changes_page(request, form)


async def _contact_changes_page(request: Request, form: PageForm) -> Response:
    apis = apis_of(request)
    found = (await apis.send(registry.contact_changes.list())).items
    kinds = {each.member_id: each.member_kind for each in found}
    known, contacts = await asyncio.gather(
        members_of(apis, kinds), asyncio.gather(*(apis.send(registry.contacts.list(member_id=each)) for each in kinds))
    )
    names = {one.contact_id: one for each in contacts for one in each.items}
    return form.page(
        request,
        "office/contact-changes.html",
        items=found,
        on_desk=await tasks_of(request, "contact-changes", [each.change_id for each in found]),
        known=known,
        names=names,
        folders=FOLDERS,
        typed=form.fields,
        problem=form.problems.get("reason", form.sentence),
        done=request.query_params.get("done", ""),
        longest=_LONGEST,
    )


@for_staff
async def waiting_programmes(request: Request, _account: Account) -> Response:
    """The programmes that wait, partner by partner."""
    return await _programmes_page(request, await PageForm.of(request))


async def _programmes_page(request: Request, form: PageForm, *, refused: str = "") -> Response:
    """The list; where the programme with the id `refused` was not refused, with the reason that was typed."""
    found = await apis_of(request).send(registry.partners.list(waiting=True, limit=_PARTNERS))
    listed = [
        (partner, programme)
        for partner in found.items
        for programme in partner.programmes
        if programme.programme_id in partner.waiting
    ]
    changed = request.path_params["programme_id"] if form.is_stale or form.is_gone else ""
    return form.page(
        request,
        "office/programmes/waiting.html",
        listed=listed,
        on_desk=await tasks_of(
            request, "programmes", [f"{partner.partner_id}.{each.programme_id}" for partner, each in listed]
        ),
        more=bool(found.next),
        refused=refused,
        reason=form["reason"],
        changed=changed,
        read_again=next((each for _, each in listed if each.programme_id == changed), None),
        longest=_LONGEST,
    )


@for_staff_to(ENDORSE)
async def endorse_programme(request: Request, _account: Account) -> Response:
    """From now on the programme is visible and matched."""
    form = await PageForm.of(request)
    endorsed = apis_of(request).send(registry.programmes.endorse(*_ids(request), version=_version(form)))
    if await form.done(endorsed, may_be_gone=True, passes=NotAllowed):
        return see_other(_PROGRAMMES)
    return await _programmes_page(request, form)


@for_staff_to(ENDORSE)
async def refuse_programme(request: Request, _account: Account) -> Response:
    """The partner reads the reason, and may change the programme and hand it in again."""
    form = await PageForm.of(request)
    if not form["reason"]:
        form.refuse({"": _MISSING})
    else:
        body = ProgrammeRefusal(reason=form["reason"])
        call = registry.programmes.refuse(*_ids(request), body, version=_version(form))
        if await form.done(apis_of(request).send(call), may_be_gone=True):
            return see_other(_PROGRAMMES)
    return await _programmes_page(request, form, refused=request.path_params["programme_id"])


def _ids(request: Request) -> tuple[str, str]:
    """The ids of the partner and of its programme that the address names."""
    return request.path_params["partner_id"], request.path_params["programme_id"]


def _version(form: PageForm) -> int:
    """The version of the partner that the page showed."""
    return version_in(form["version"])


routes = [
    Route(_PATH, changes, methods=["GET", "POST"]),
    Route(_CONTACT_CHANGES, contact_changes, methods=["GET", "POST"]),
    Route(_PROGRAMMES, waiting_programmes),
    Route(f"{_PROGRAMMES}/{{partner_id}}/{{programme_id}}/endorse", endorse_programme, methods=["POST"]),
    Route(f"{_PROGRAMMES}/{{partner_id}}/{{programme_id}}/refuse", refuse_programme, methods=["POST"]),
]
