"""`/matching/v1/drafts`: read, compare, edit, publish and undo drafts of rounds under hold.

Invariant: only staff sees a draft.
"""

import asyncio
from collections.abc import Awaitable, Collection, Sequence
from typing import Annotated, Final

from fastapi import Query, Response

from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.drafts import edits, improvement, publication, states
from isopolity.matching.application.workflows.drafts.improvement import tried_edits
from isopolity.matching.application.workflows.drafts.report import report_now
from isopolity.matching.application.workflows.member_names import holder_name, name_of_owner
from isopolity.matching.application.workflows.rounds.ruled_rounds import KeptRules
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.draft import Draft, DraftEdit, DraftNumbers
from isopolity.matching.domain.member import owner
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import Round
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.entrypoints.http.context import (
    Cursor,
    Limit,
    Looker,
    Matching,
    MatchingContext,
    Page,
    Posting,
    Publisher,
    Staff,
)
from isopolity.matching.entrypoints.http.rounds.report_schemas import (
    ConfirmedPublishOrder,
    DifferenceView,
    FiguresView,
    PlanView,
    PublicationView,
    PublishOrder,
    ReportView,
    UndoneView,
)
from isopolity.matching.entrypoints.http.rounds.round_schemas import RuleView, rule_views
from isopolity.matching.entrypoints.http.rounds.schemas import (
    ChosenPairView,
    DraftView,
    EditedView,
    EditsOrder,
    EditView,
    TrialOrder,
    TrialView,
    UndoEditOrder,
)
from isopolity.web.idempotent_posts import json_response
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/drafts")
Place = Annotated[int, Query(ge=0, le=10**9, description="`next` of the page before.")]
Most = Annotated[int | None, Query(ge=0, le=10**6, description="How many of each list at most; all if not given.")]
_HOUR: Final = 3600.0


@router.get("")
async def list_drafts(matching: Matching, _: Staff, cursor: Cursor = None, limit: Limit = 50) -> Page[DraftView]:
    """The drafts, the newest first."""
    found = await matching.queries.drafts(cursor, limit)
    ids = [draft.round_id for draft in found]
    unsent = await matching.queries.unsent_pairs(ids)
    views = [DraftView.of(draft, unsent[draft.round_id]) for draft in found]
    return Page[DraftView].of(views, ids, limit)


@router.get("/{round_id}")
async def read_draft(matching: Matching, _: Staff, round_id: str) -> DraftView:
    """One draft."""
    draft = await matching.queries.draft(round_id)
    return DraftView.of(draft, (await matching.queries.unsent_pairs([round_id]))[round_id])


@router.get("/{round_id}/difference/{other_id}")
async def compare_drafts(
    matching: Matching, _: Staff, round_id: str, other_id: str, most: Most = None
) -> DifferenceView:
    """The pairs and figures of the draft `other_id` compared with those of `round_id`."""
    queries, network = matching.queries, matching.surroundings.network
    first, second = await queries.draft(round_id), await queries.draft(other_id)
    had, has = [await queries.draft_numbers(draft.round_id) for draft in (first, second)]
    rounds = [await queries.round(draft.round_id) for draft in (first, second)]
    view = await asyncio.to_thread(_difference, (first, had), (second, has), network, most)
    answers = [None if known is None or known.result is None else known.result.answers for known in rounds]
    return view.model_copy(update=dict(zip(("answers_first", "answers_second"), answers, strict=True)))


@router.get("/{round_id}/report")
async def report_draft(matching: Matching, _: Staff, round_id: str) -> ReportView:
    """The cities served by region and size, the first ties, the cities without a pair, and the expected agreements.

    All figures are of the draft and the network as of now; the frozen report of a publication is at
    `/matching/v1/rounds/{round_id}/publications/{number}`.
    """
    draft, numbers = await matching.queries.draft_with_numbers(round_id)
    report, market = await report_now(round_id, numbers, matching.reading, matching.surroundings)
    rules = await rules_now(await matching.queries.round(round_id), numbers, matching)
    view = await asyncio.to_thread(FiguresView.of, report, lambda key: market.names[name_of_owner(key)], rules)
    return ReportView(**dict(view), draft=DraftView.of(draft))


@router.get("/{round_id}/edits", operation_id="edits.list")
async def list_edits(
    matching: Matching, _: Staff, round_id: str, cursor: Place = 0, limit: Limit = 50
) -> Page[EditView]:
    """The edits of a draft in their order, each with its author and its cost."""
    await matching.queries.draft(round_id)
    found = await matching.queries.draft_edits(round_id, cursor, limit)
    network = matching.surroundings.network
    views = [EditView.of(edit, network) for edit in found]
    return Page[EditView].of(views, [f"{edit.number}" for edit in found], limit)


@router.post("/{round_id}/edits", response_model=EditedView)
async def edit_draft(
    matching: Matching, staff: Publisher, posting: Posting, round_id: str, order: EditsOrder
) -> Response:
    """Edit pairs of an open draft: either all edits are made, or none. The answer has each edit's cost and lost pairs.

    An edit may break a rule of the round; the answer says so.
    412 if an edit after those that were `seen` has changed one of the pairs.
    """
    surroundings = matching.surroundings
    await surroundings.graph.caught_up()
    orders = [each.order() for each in order.edits]

    async def edited(uow: UnitOfWork) -> Response:
        draft, made = await edits.edit_draft(round_id, orders, staff.subject, uow, surroundings, seen=order.seen)
        return await _edited(draft, made, uow, matching)

    return await posting(edited)


@router.post("/{round_id}/trial")
async def try_edits(matching: Matching, staff: Looker, round_id: str, order: TrialOrder) -> list[TrialView]:
    """Try edits without making them: the cost of each, made alone on the draft, and the members that would lose a pair.

    The answer has one entry for each edit, in their order.
    """
    surroundings = matching.surroundings
    await surroundings.graph.caught_up()
    orders = [each.order() for each in order.edits]
    draft, numbers = await matching.queries.draft_with_numbers(round_id)
    trials = await tried_edits(draft, numbers, orders, staff.subject, matching.reading, surroundings)
    return [TrialView.of(trial, surroundings.network) for trial in trials]


@router.post("/{round_id}/undo-edit", response_model=EditedView)
async def undo_edit(
    matching: Matching, staff: Publisher, posting: Posting, round_id: str, order: UndoEditOrder | None = None
) -> Response:
    """Undo the last edit that is not undone yet; repeated calls undo edits one after the other."""
    seen = None if order is None else order.number

    async def undone(uow: UnitOfWork) -> Response:
        draft, edit = await edits.undo_edit(round_id, staff.subject, uow, matching.surroundings, seen=seen)
        return await _edited(draft, [edit], uow, matching)

    return await posting(undone)


@router.post("/{round_id}/improve", response_model=EditedView)
async def improve_draft(matching: Matching, staff: Publisher, posting: Posting, round_id: str) -> Response:
    """Choose the free pairs again under the round's rules: pinned and published pairs stay, forbidden ones stay out.

    Pairs that were put in stay, and pairs that were left out stay out, until they are freed. Refused if no choice is
    left.
    """
    surroundings = matching.surroundings

    async def improved(uow: UnitOfWork, found: improvement.Improved) -> Response:
        draft, edit = await improvement.improve_draft(found, staff.subject, uow, surroundings)
        return await _edited(draft, [edit], uow, matching)

    def found() -> Awaitable[improvement.Improved]:
        return improvement.improved_draft(round_id, matching.unit_of_work, surroundings)

    return await posting.prepared(found, improved)


@router.post("/{round_id}/discard", response_model=DraftView)
async def discard_draft(_: Publisher, posting: Posting, round_id: str) -> Response:
    """Discard a draft for good, without freezing its pairs. Published pairs stay; to take them back, undo first."""

    async def discarded(uow: UnitOfWork) -> Response:
        return json_response(DraftView.of(await states.discard_draft(round_id, uow)))

    return await posting(discarded)


@router.post("/{round_id}/plan")
async def plan_publication(matching: Matching, _: Looker, round_id: str, order: PublishOrder | None = None) -> PlanView:
    """Plan a publication without making it: the number of proposals and mails, and the pairs that would fall out."""
    surroundings = matching.surroundings
    await surroundings.graph.caught_up()
    scope = (order or PublishOrder()).scope()
    plan = await publication.plan_publication(round_id, scope, matching.unit_of_work, surroundings)
    hours = surroundings.undo_window.total_seconds() / _HOUR
    return await asyncio.to_thread(PlanView.of, plan, hours, surroundings.network)


@router.post("/{round_id}/publish", response_model=PublicationView)
async def publish_draft(
    matching: Matching, staff: Publisher, posting: Posting, round_id: str, order: ConfirmedPublishOrder
) -> Response:
    """Publish the pairs of the plan with this token. They take capacity at once; mails go out once undoing ends."""
    surroundings = matching.surroundings
    await surroundings.graph.caught_up()

    async def published(uow: UnitOfWork, prepared: publication.Prepared) -> Response:
        done = await publication.publish_draft(prepared, staff.subject, uow, surroundings)
        return json_response(await asyncio.to_thread(PublicationView.of, done, surroundings.network))

    return await posting.prepared(
        lambda: publication.prepare_publication(
            round_id, order.scope(), order.token, matching.unit_of_work, surroundings
        ),
        published,
    )


@router.post("/{round_id}/undo", response_model=UndoneView)
async def undo_publication(matching: Matching, _: Publisher, posting: Posting, round_id: str) -> Response:
    """Take back all published pairs that have not gone out yet; they return to the draft.

    The publications stay, marked as undone, with their certificates: `/matching/v1/rounds/{round_id}/publications`.
    """

    async def undone(uow: UnitOfWork) -> Response:
        draft, number = await publication.undo_publication(round_id, uow, matching.surroundings.clock())
        return json_response(UndoneView(draft=DraftView.of(draft), undone=number))

    return await posting(undone)


async def _edited(draft: Draft, made: Sequence[DraftEdit], uow: UnitOfWork, matching: MatchingContext) -> Response:
    view = await asyncio.to_thread(EditedView.of, draft, made, matching.surroundings.network)
    known, numbers = await uow.rounds.get(draft.round_id), await uow.drafts.numbers(draft.round_id)
    broken = [rule.told for rule in await rules_now(known, numbers, matching) if not rule.holds]
    return json_response(view.model_copy(update={"broken_rules": broken}))


async def rules_now(known: Round | None, numbers: DraftNumbers, matching: MatchingContext) -> list[RuleView]:
    """The outcome of each rule of the round in its draft as of now; empty if the round has no rules."""
    rules = None if known is None else KeptRules.of(known)
    if rules is None:
        return []
    surroundings = matching.surroundings
    market = await surroundings.markets.current(surroundings.clock().date())
    return rule_views(rules.book, await asyncio.to_thread(rules.now, numbers, market))


def _difference(
    one: tuple[Draft, DraftNumbers], other: tuple[Draft, DraftNumbers], network: Network, most: int | None
) -> DifferenceView:
    (first, had), (second, has) = one, other
    before, after = (set(numbers.pairs(numbers.choice.chosen)) for numbers in (had, has))
    paired_before, paired_after = ({owner(each) for pair in pairs for each in pair} for pairs in (before, after))
    only_first, only_second = sorted(before - after), sorted(after - before)
    alone_second, alone_first = sorted(paired_before - paired_after), sorted(paired_after - paired_before)
    return DifferenceView(
        first=DraftView.of(first),
        second=DraftView.of(second),
        same=len(before & after),
        same_value_first=_worth(before & after, had),
        same_value_second=_worth(before & after, has),
        only_first=ChosenPairView.all_of(only_first[:most], network),
        only_second=ChosenPairView.all_of(only_second[:most], network),
        alone_in_second=sorted(holder_name(holder, network) for holder in alone_second[:most]),
        alone_in_first=sorted(holder_name(holder, network) for holder in alone_first[:most]),
        only_first_total=len(only_first),
        only_second_total=len(only_second),
        alone_in_second_total=len(alone_second),
        alone_in_first_total=len(alone_first),
    )


def _worth(pairs: Collection[Pair], numbers: DraftNumbers) -> float:
    return int(numbers.choice.problem.weight[numbers.edges(pairs)].sum()) / WEIGHT_UNIT
