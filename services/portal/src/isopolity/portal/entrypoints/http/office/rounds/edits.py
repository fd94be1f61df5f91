"""A draft is edited: pairs left out, put in, pinned, forbidden, freed or swapped; the rest improved; edits undone.

Invariant: after each edit staff reads what it cost, who lost a pair, which rules do not hold, and who is served. An
edit of a pair overrides no edit that its page did not show: those made since the page was opened are shown first.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from isopolity.client import matching
from isopolity.client.call import Call
from isopolity.client.matching import models
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.adapters.titles import PAIR_ACTS
from isopolity.portal.domain.selection import pair_in, ticked_pairs
from isopolity.portal.domain.typed_values import whole_number
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.known_members import staff_names
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH, KnownDraft, known_draft, round_page
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

_LOOKED_AT: Final = 200
"""Edits that are looked at, the newest."""
_NAMED: Final = 20
"""Pairs that the page names."""

Names = tuple[str, str]
_LISTED: Final = 20
_REPLACE: Final = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedPair:
    """A pair as it stands now, and the edits that have changed it meanwhile."""

    pair: models.DraftPairView
    edits: Sequence[models.EditView]


async def edited_meanwhile(
    apis: ServiceApis, known: KnownDraft, pairs: Collection[Names], seen: int
) -> Sequence[EditedPair]:
    """Find the pairs that an edit after the first `seen` ones has changed: how each stands now, and these edits."""
    after = max(seen, known.draft.edits - _LOOKED_AT)
    edits = (await apis.send(matching.edits.list(known.round_id, cursor=after, limit=_LOOKED_AT))).items
    later = {pair: [edit for edit in edits if pair in set(_pairs_of(edit))] for pair in sorted(pairs)}
    numbers = [pair for pair, found in later.items() if found][:_NAMED]
    stand = await asyncio.gather(
        *(apis.send(matching.drafts.pairs(known.round_id, member=a, other=b, limit=1)) for a, b in numbers)
    )
    return [
        EditedPair(pair=entry, edits=later[pair])
        for pair, found in zip(numbers, stand, strict=True)
        for entry in found.items
    ]


def _pairs_of(edit: models.EditView) -> Iterator[Names]:
    """The pairs that an edit is about, put in or took out."""
    for pair in (edit.pair, edit.by_pair, *edit.added, *edit.removed):
        if pair is not None:
            yield pair.a, pair.b


@for_staff_to(PUBLISH)
async def edits(request: Request, account: Account) -> Response:
    """The edits, the newest first, with the draft's state after them; and an edit of the pairs in a form."""
    known = await known_draft(request)
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _rendered(request, known, form)
    if not (orders := _orders(form.fields)):
        form.refuse({"": "Mark at least one pair and choose an action."})
        return await _rendered(request, known, form)
    order = models.EditsOrder(edits=orders, seen=whole_number(form["seen"]))
    return await _done(request, known, form, matching.drafts.edits(known.round_id, order))


@for_staff_to(PUBLISH)
async def improve(request: Request, _account: Account) -> Response:
    """The rest is chosen anew around what was edited and published."""
    known = await known_draft(request)
    return await _done(request, known, await PageForm.of(request), matching.drafts.improve(known.round_id))


@for_staff_to(PUBLISH)
async def undo_edit(request: Request, _account: Account) -> Response:
    """The last edit is taken back, if it is still the one that the page showed."""
    form = await PageForm.of(request)
    number = whole_number(form["number"])
    order = None if number is None else models.UndoEditOrder(number=number)
    known = await known_draft(request)
    return await _done(request, known, form, matching.drafts.undo_edit(known.round_id, order))


async def _done(request: Request, known: KnownDraft, form: PageForm, act: Call[models.EditedView]) -> Response:
    done = await form.answer(apis_of(request).send(act, is_long=True))
    if done is not None:
        return see_other(edits_address(known, done.edits))
    return await (_changed(request, form) if form.is_stale else _rendered(request, known, form))


def edits_address(known: KnownDraft, made: Sequence[models.EditView], skipped: int = 0) -> str:
    """The page of edits that were made together, with the number that was `skipped` since they were made already."""
    numbers = {"first": made[0].number, "last": made[-1].number} if len(made) > 1 else {}
    if skipped:
        numbers["skipped"] = skipped
    return f"{PATH}/{known.round_id}/edits" + (f"?{urlencode(numbers)}" if numbers else "")


def _orders(form: Mapping[str, str]) -> list[models.PairEditOrder]:
    """The edits that a form asks for; none where it names no act, no pair, or no pair to swap with."""
    act, by = form.get("act", ""), pair_in(form.get("by", ""))
    if act == _REPLACE:
        return [
            models.PairEditOrder(act=act, pair=pair, by=models.By(by))
            for pair in ticked_pairs(form)[:1]
            if by is not None
        ]
    return [models.PairEditOrder(act=act, pair=pair) for pair in ticked_pairs(form)] if act in PAIR_ACTS else []


async def _changed(request: Request, form: PageForm) -> Response:
    """The edits that somebody has made of a form's pairs since its page was opened, and the form for a second click."""
    known, orders = await known_draft(request), _orders(form.fields)  # as it is now
    pairs = {order.pair for order in orders} | {order.by.root for order in orders if order.by is not None}
    meanwhile = await edited_meanwhile(apis_of(request), known, pairs, whole_number(form["seen"]) or 0)
    return await _rendered(request, known, form, meanwhile=meanwhile)


async def _rendered(
    request: Request, known: KnownDraft, form: PageForm, *, meanwhile: Sequence[EditedPair] | None = None
) -> Response:
    """The edits before the one that the address names, and, on the first page, how the draft stands after them."""
    total, numbers = known.draft.edits, {name: whole_number(value) for name, value in request.query_params.items()}
    before, first, last = (numbers.get(name) for name in ("before", "first", "last"))
    end = total if before is None else min(total, before)
    start, apis = max(0, end - _LISTED), apis_of(request)
    several = 0 if first is None or last is None else min(last, total) - first + 1
    found, made, report, people = await asyncio.gather(
        _edits(apis, known, start, end - start),
        _edits(apis, known, (first or 1) - 1, min(several, _LISTED)),
        apis.send(matching.drafts.report(known.round_id)),
        staff_names(request),
    )
    typed = form.fields if meanwhile is None else {**form.fields, "seen": f"{known.draft.edits}"}
    return round_page(
        request,
        "edits.html",
        known,
        "edits",
        scripts=("busy.js",),
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_stale else form.status,
        edits=found[::-1],
        made=made,
        made_total=several,
        skipped=numbers.get("skipped"),
        report=report,
        people=people,
        problem=form.sentence,
        meanwhile=meanwhile,
        asked_for=typed if _orders(typed) else None,
        earlier=start or None,
        is_newest=end == total,
    )


async def _edits(apis: ServiceApis, known: KnownDraft, after: int, number: int) -> list[models.EditView]:
    """The `number` edits that follow the edit `after`; none for a number below 1."""
    if number <= 0:
        return []
    return list((await apis.send(matching.edits.list(known.round_id, cursor=after, limit=number))).items)


routes = [
    Route(f"{PATH}/{{round_id}}/edits", edits, methods=["GET", "POST"]),
    Route(f"{PATH}/{{round_id}}/improve", improve, methods=["POST"]),
    Route(f"{PATH}/{{round_id}}/undo-edit", undo_edit, methods=["POST"]),
]
