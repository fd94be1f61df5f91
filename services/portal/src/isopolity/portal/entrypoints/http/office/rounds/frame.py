"""What all pages of one round show: which round it is, how it stands, and until when its publication can be undone.

Invariant: each of them tells whether mails are going to go out, and until when that can be stopped.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRound:
    """A round, and its draft where it has ended in one."""

    round: Any
    draft: Any

    @property
    def round_id(self) -> str:
        """The id of both."""
        return str(self.round["round_id"])

    @property
    def path(self) -> str:
        """The address of this round's API of drafts."""
        return f"/drafts/{self.round_id}"

    def minutes_to_undo(self, now: datetime) -> int | None:
        """How many minutes are left to undo what was published last; None where nothing can be undone."""
        if self.draft is None or not self.draft["published"] or not self.draft["out_at"]:
            return None
        left = (datetime.fromisoformat(self.draft["out_at"]) - now).total_seconds()
        return int(left // 60) if left > 0 else None


async def known_round(request: Request) -> KnownRound:
    """The round that the address names. Raises NothingThere."""
    return await round_of(apis_of(request), request.path_params["round_id"])


async def round_of(apis: ServiceApis, round_id: str) -> KnownRound:
    """The round with this id. Raises NothingThere."""
    found, draft = await asyncio.gather(apis.get("matching", f"/rounds/{round_id}"), _draft(apis, round_id))
    return KnownRound(round=found, draft=draft)


async def known_draft(request: Request) -> KnownRound:
    """The round that the address names, with its draft. Raises NothingThere where it has none."""
    known = await known_round(request)
    if known.draft is None:
        raise NothingThere(known.path)
    return known


async def _draft(apis: ServiceApis, round_id: str) -> Any:
    try:
        return await apis.get("matching", f"/drafts/{round_id}")
    except NothingThere:  # it waits, has failed, or its proposals went out without a draft
        return None


def round_page(
    request: Request, template: str, known: KnownRound, part: str, *, status: int = 200, **values: Any
) -> Response:
    """The page of a round that `template` makes; `part` says which of its pages it is."""
    minutes = known.minutes_to_undo(surroundings_of(request).clock())
    return page(
        request,
        f"office/rounds/{template}",
        status,
        here="me",
        known=known.round,
        draft=known.draft,
        part=part,
        time_left=None if minutes is None else divmod(minutes, 60),
        **values,
    )
