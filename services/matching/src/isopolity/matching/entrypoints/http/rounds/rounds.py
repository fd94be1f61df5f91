"""`/matching/v1/rounds`: request a round, watch its progress, read its result, or cancel it.

Invariant: every instance gives equal answers, whichever computes the round, since all of it is in the database.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Annotated, Final

from fastapi import Header, Response
from fastapi.responses import StreamingResponse

from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.rounds import orders
from isopolity.matching.domain.round import OPEN, Round, RoundStatus
from isopolity.matching.entrypoints.http.context import Cursor, Limit, Matching, Page, Posting, Publisher, Staff
from isopolity.matching.entrypoints.http.rounds.round_schemas import OutcomesView, RoundOrder, RoundView
from isopolity.matching.errors import UnknownMember, UnknownRound
from isopolity.web.idempotent_posts import json_response
from isopolity.web.problems import Problem, ProblemDetails
from isopolity.web.routing import ServiceRouter

Prefer = Annotated[
    str | None,
    Header(
        description="`wait=SECONDS` (RFC 7240): answer when the round is over, or after so long; at most 600.",
        examples=["wait=60"],
    ),
]
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait(?:\s*=\s*\"?(\d{1,6})\"?)?(?=$|[,;\s])", re.IGNORECASE)
_LONGEST: Final = 600.0
_LOOK_EVERY: Final = 0.05
_NO_ROUND: Final = "There is no round with this id."
_PROGRESS: Final = """event: progress
data: {"round_id": "0199…", "status": "running", "step": "choosing pairs", "done": 0.4}

event: done
data: {"round_id": "0199…", "status": "done", "proposed": 182, "proved": "These 182 pairs …"}
"""
router = ServiceRouter(prefix="/matching/v1/rounds")


@router.post(
    "",
    status_code=202,
    response_model=RoundView,
    responses={
        201: {"model": RoundView, "description": "It is done: the answer to a caller that waits."},
        409: {"model": ProblemDetails, "description": "The round that the caller waited for failed or was cancelled."},
    },
)
async def start_round(
    matching: Matching, _: Publisher, posting: Posting, order: RoundOrder | None = None, prefer: Prefer = None
) -> Response:
    """Request a round over all members with free capacity; its proposals go out, or it ends in a draft.

    It ends in a draft if `draft` says so, and always under the sending policy hold.

    Rounds run one at a time, in the order of their requests. `Location` is the address of the round.
    """
    await matching.surroundings.graph.caught_up()

    async def ordered(uow: UnitOfWork) -> Response:
        try:
            known = await orders.order_round((order or RoundOrder()).plan(), uow, matching.surroundings)
        except UnknownMember as error:
            raise Problem(422, str(error), code="unknown-member") from error
        return json_response(RoundView.of(known), 202, {"Location": f"{router.prefix}/{known.round_id}"})

    response = await posting(ordered)
    matching.wake_rounds()
    place = response.headers["Location"]
    known = await _waited(place.rpartition("/")[2], matching.queries, _patience(prefer))
    if known is None:  # the key is so old that its round was deleted
        return response
    if known.status in (RoundStatus.FAILED, RoundStatus.CANCELLED):
        sentence = known.failure or "The round was cancelled; nothing of it went out."
        raise Problem(409, sentence, code="round-failed", headers={"Location": place})
    return json_response(RoundView.of(known), 201 if known.status is RoundStatus.DONE else 202, {"Location": place})


@router.post("/{round_id}/cancel", response_model=RoundView)
async def cancel_round(matching: Matching, _: Publisher, posting: Posting, round_id: str) -> Response:
    """Cancel a round, so that none of its proposals goes out. A finished round stays; discard its draft instead."""

    async def cancelled(uow: UnitOfWork) -> Response:
        return json_response(RoundView.of(await orders.cancel_round(round_id, uow, matching.surroundings.clock())))

    return await posting(cancelled)


@router.get("")
async def list_rounds(matching: Matching, _: Staff, cursor: Cursor = None, limit: Limit = 50) -> Page[RoundView]:
    """The rounds, the newest first."""
    found = await matching.queries.rounds(cursor, limit)
    ids = [known.round_id for known in found]
    return Page[RoundView].of([RoundView.of(known) for known in found], ids, limit)


@router.get("/{round_id}")
async def read_round(matching: Matching, _: Staff, round_id: str) -> RoundView:
    """One round, with its progress and its result."""
    return RoundView.of(await _known(round_id, matching.queries))


@router.get("/{round_id}/outcomes")
async def round_outcomes(matching: Matching, _: Staff, round_id: str) -> OutcomesView:
    """The number of the round's proposals at each stage, and of their sides by answer; all 0 before it is published."""
    await _known(round_id, matching.queries)
    stages, answers = await matching.queries.outcomes(round_id), await matching.queries.given_answers(round_id)
    return OutcomesView(stages=dict(stages), answers=dict(answers))


@router.get(
    "/{round_id}/progress",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"example": _PROGRESS}}}},
)
async def round_progress(matching: Matching, _: Staff, round_id: str) -> StreamingResponse:
    """The progress of a round as server-sent events: `progress` at each step, then `done`, `failed` or `cancelled`.

    A client that connects late first gets the last state. Comment lines keep proxies from closing the connection.
    """
    await _known(round_id, matching.queries)
    return StreamingResponse(
        event_stream(lambda: _known(round_id, matching.queries)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _known(round_id: str, queries: MatchingQueries) -> Round:
    found = await queries.round(round_id)
    if found is None:
        raise UnknownRound(_NO_ROUND)
    return found


async def _waited(round_id: str, queries: MatchingQueries, patience: float) -> Round | None:
    """The round once it is over, or as it is after `patience` seconds; None if there is no such round."""
    known, end = await queries.round(round_id), monotonic() + patience
    while known is not None and not known.is_over and monotonic() < end:
        await asyncio.sleep(_LOOK_EVERY)
        known = await queries.round(round_id)
    return known


def _patience(prefer: str | None) -> float:
    """The seconds that the caller wants to wait, by the header Prefer; its other preferences are ignored."""
    wanted = _WAIT.search(prefer or "")
    if wanted is None:
        return 0.0
    return min(float(wanted[1] or _LONGEST), _LONGEST)


LOOK_EVERY: Final = 0.25
HEARTBEAT_AFTER: Final = 60
"""The number of looks without a change after which a comment keeps the connection open."""


async def event_stream(
    look: Callable[[], Awaitable[Round]], *, pause: float = LOOK_EVERY, heartbeat: int = HEARTBEAT_AFTER
) -> AsyncIterator[str]:
    """The current state, each later one, and finally `done`, `failed` or `cancelled`; `look` reads the round."""
    known, silence = await look(), 0
    yield _event(known)
    while not known.is_over:
        await asyncio.sleep(pause)
        before, known = known, await look()
        silence = 0 if known != before else silence + 1
        if known != before:
            yield _event(known)
        elif silence % heartbeat == 0:
            yield ": still at it\n\n"


def _event(known: Round) -> str:
    name = "progress" if known.status in OPEN else known.status
    return f"event: {name}\ndata: {RoundView.of(known).model_dump_json(exclude_none=True)}\n\n"
