"""`/matching/v1/drafts/{round_id}/pairs`: the pairs of a draft as a list, and the preview of one as a proposal.

Invariant: only staff sees a draft.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from fastapi import Query
from pydantic import Field

from isopolity.contracts.matching import ProposalState
from isopolity.matching.application.wording.reason_sentences import sentence_about
from isopolity.matching.application.workflows.drafts import pairs
from isopolity.matching.application.workflows.drafts.pairs import (
    Order,
    Standing,
    Wanted,
    drawn_with_reason,
    wanted_edges,
)
from isopolity.matching.application.workflows.member_names import country_of, has_left, name_of_owner
from isopolity.matching.application.workflows.published_states import proposal_state
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.arrays import Integers, are_among
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.member import kind_of
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.entrypoints.http.context import Limit, Matching, Page, Staff
from isopolity.matching.entrypoints.http.rounds.drafts import Place
from isopolity.matching.entrypoints.http.rounds.schemas import ChosenPairView, DraftPairView, Kind, in_order
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/drafts")
Named = Annotated[str, Query(min_length=1, max_length=260, description="Named as in edits.")]
Member = Annotated[
    str | None,
    Query(max_length=260, description="All candidates of this member instead, chosen or not; named as in edits."),
]
Other = Annotated[
    str | None, Query(max_length=260, description="Only the pair of `member` with this one; named as in edits.")
]
Text = Annotated[str | None, Query(max_length=200, description="Part of a name, however accents and case are written.")]
Value = Annotated[float | None, Query(ge=0, le=10**6, allow_inf_nan=False, description="In the unit of the value.")]
Code = Annotated[
    str | None,
    Query(
        max_length=40,
        pattern="^[a-z-]+$",
        description="Code of a reason that one of the sides would read, such as `common-twin`. A page then looks at "
        "1,000 pairs at most, and may have fewer entries than `limit`, even none, though there is a next one.",
    ),
]


class DraftPairsPage(Page[DraftPairView]):
    """A page of a draft's pairs, with the cursor of the next page and the number of all pairs."""

    total: int | None = Field(description="How many pairs fit; null where a reason was asked for.")


@router.get("/{round_id}/pairs")
async def list_draft_pairs(
    matching: Matching,
    _: Staff,
    round_id: str,
    member: Member = None,
    other: Other = None,
    text: Text = None,
    kind: Kind | None = None,
    standing: Standing | None = None,
    value_min: Value = None,
    value_max: Value = None,
    country: Annotated[str | None, Query(max_length=2, description="Of a city of the pair.")] = None,
    region: Annotated[str | None, Query(max_length=64, description="Of a city of the pair.")] = None,
    reason: Code = None,
    order: Order = Order.BEST,
    told: Annotated[bool, Query(description="With what each side would be told now.")] = False,
    cursor: Place = 0,
    limit: Limit = 50,
) -> DraftPairsPage:
    """The pairs that a draft has chosen or forbidden; those of greatest value first unless `order` says otherwise.

    The standing `waiting` means chosen and not published yet; `other`, for one member, neither chosen nor forbidden.
    """
    numbers, surroundings = await matching.queries.draft_numbers(round_id), matching.surroundings
    wanted = Wanted(
        member=member,
        other=other,
        text=text,
        kind=kind,
        standing=standing,
        value_min=value_min,
        value_max=value_max,
        country=country,
        region=region,
        order=order,
    )
    market = await current_market(surroundings)
    edges = await asyncio.to_thread(wanted_edges, numbers, wanted, market, surroundings.network)
    if reason is not None:
        found = await drawn_with_reason(numbers, edges, cursor, limit, reason, surroundings)
        on_page, sentences, place = np.array(found.edges, np.int64), found.reasons, found.place
    else:
        on_page, sentences = edges[cursor : cursor + limit], []
        place = cursor + len(on_page)
        if told:
            sentences = list(await pairs.pair_reasons_of(numbers.pairs(on_page), surroundings))
    views = await asyncio.to_thread(_views, numbers, on_page, sentences, surroundings.network)
    following = f"{place}" if place < len(edges) else None
    return DraftPairsPage(items=views, next=following, total=len(edges) if reason is None else None)


@router.get("/{round_id}/preview")
async def preview_pair(matching: Matching, _: Staff, round_id: str, a: Named, b: Named) -> ProposalState:
    """The pair as a proposal, in the form of its event, as if it were published now; nothing is stored.

    Notify writes its mails from it: `/notify/v1/previews`.
    """
    await matching.surroundings.graph.caught_up()
    proposal = await pairs.preview_pair(round_id, (a, b), matching.unit_of_work, matching.surroundings)
    return proposal_state(proposal)


def _views(
    numbers: DraftNumbers, edges: Integers, sentences: Sequence[pairs.PairReasons], network: Network
) -> list[DraftPairView]:
    """The views of edges; with the reasons for each side, if `sentences` are given."""
    choice, problem = numbers.choice, numbers.choice.problem
    marks = [are_among(edges, of).tolist() for of in (choice.chosen, problem.must, problem.never, choice.out)]
    rows = zip(numbers.pairs(edges), problem.weight[edges].tolist(), *marks, strict=True)
    views = [
        DraftPairView(
            **ChosenPairView.of(pair, network).model_dump(),
            **_countries(pair, network),
            kind=kind_of(pair[0]),
            value=weight / WEIGHT_UNIT,
            chosen=chosen,
            pinned=pinned,
            forbidden=forbidden,
            published=published,
            gone=[name_of_owner(each) for each in in_order(pair) if has_left(each, network)],
        )
        for pair, weight, chosen, pinned, forbidden, published in rows
    ]
    if not sentences:
        return views
    return [_with_reasons(view, each) for view, each in zip(views, sentences, strict=True)]


def _countries(pair: Pair, network: Network) -> Mapping[str, str | None]:
    a, b = in_order(pair)
    return {"a_country": country_of(a, network), "b_country": country_of(b, network)}


def _with_reasons(view: DraftPairView, sides: pairs.PairReasons) -> DraftPairView:
    texts = {name: [reason.text for reason in reasons] for name, reasons in sides.items()}
    first = next((sentence_about(reason, view.a_name) for reason in sides.get(view.a, ())), None)
    return view.model_copy(update={"told_a": texts.get(view.a), "told_b": texts.get(view.b), "reason": first})
