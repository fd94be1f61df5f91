"""All rounds and their drafts, the newest first; what all pages of one round show: which round it is and how it
stands.

Invariant: each page of a round says whether mails are going to go out, and until when that can be stopped.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isopolity.client import matching
from isopolity.client.matching.models import DraftView, RoundView
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.selection import Selection
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.forms.page_form import if_there
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, surroundings_of

PATH: Final = "/office/rounds"
_ON_A_PAGE: Final = 20


@for_staff
async def rounds(request: Request, _account: Account) -> Response:
    """A page of them; a round that has ended in a draft tells how the draft stands."""
    apis, selection = apis_of(request), Selection.of(PATH, request.query_params, ())
    found, drafts = await asyncio.gather(
        apis.send(matching.rounds.list(cursor=selection.cursor, limit=_ON_A_PAGE)),
        apis.send(matching.drafts.list(cursor=selection.cursor, limit=_ON_A_PAGE)),
    )
    return page(
        request,
        "office/rounds/overview.html",
        rounds=found.items,
        drafts={each.round_id: each for each in drafts.items},
        following=selection.address(found.next) if found.next else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRound:
    """A round, and its draft where it has ended in one."""

    round: RoundView
    draft: DraftView | None

    @property
    def round_id(self) -> str:
        """The id of the round, and of its draft."""
        return self.round.round_id

    def minutes_to_undo(self, now: datetime) -> int | None:
        """How many minutes are left to undo what was published last; None where nothing can be undone."""
        if self.draft is None or not self.draft.published or self.draft.out_at is None:
            return None
        left = (self.draft.out_at - now).total_seconds()
        return int(left // 60) if left > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDraft(KnownRound):
    """A round that has ended in a draft."""

    draft: DraftView


async def known_round(request: Request) -> KnownRound:
    """The round that the address names. Raises NothingThere."""
    return await round_of(apis_of(request), request.path_params["round_id"])


async def round_of(apis: ServiceApis, round_id: str) -> KnownRound:
    """The round with this id. Raises NothingThere."""
    found, draft = await asyncio.gather(
        apis.send(matching.rounds.read(round_id)),
        if_there(apis.send(matching.drafts.read(round_id))),  # it waits, has failed, or had no draft
    )
    return KnownRound(round=found, draft=draft)


async def known_draft(request: Request) -> KnownDraft:
    """The round that the address names, with its draft. Raises NothingThere where it has none."""
    return await draft_of(apis_of(request), request.path_params["round_id"])


async def draft_of(apis: ServiceApis, round_id: str) -> KnownDraft:
    """The round with this id, with its draft. Raises NothingThere where it has none."""
    known = await round_of(apis, round_id)
    if known.draft is None:
        raise NothingThere(round_id)
    return KnownDraft(round=known.round, draft=known.draft)


def round_page(
    request: Request, template: str, known: KnownRound, part: str, *, status: int = 200, **values: object
) -> Response:
    """The page of a round that `template` makes; `part` says which of its pages it is."""
    minutes = known.minutes_to_undo(surroundings_of(request).clock())
    return page(
        request,
        f"office/rounds/{template}",
        status,
        known=known.round,
        draft=known.draft,
        part=part,
        time_left=None if minutes is None else divmod(minutes, 60),
        **values,
    )


routes = [Route(PATH, rounds)]
