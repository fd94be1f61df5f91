"""Edits of pairs that were made after a page was opened, which an edit from that page would override unseen."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client import matching
from isopolity.client.matching.models import DraftPairView, EditView
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.office.rounds.frame import KnownDraft

_LOOKED_AT: Final = 200
"""Edits that are looked at, the newest."""
_SHOWN: Final = 20
"""Pairs that are told."""

Names = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedPair:
    """A pair as it stands now, and the edits that have changed it meanwhile."""

    pair: DraftPairView
    edits: Sequence[EditView]


async def edited_meanwhile(
    apis: ServiceApis, known: KnownDraft, pairs: Collection[Names], seen: int
) -> Sequence[EditedPair]:
    """Find the pairs that an edit after the first `seen` ones has changed: how each stands now, and these edits."""
    after = max(seen, known.draft.edits - _LOOKED_AT)
    edits = (await apis.send(matching.edits.list(known.round_id, cursor=after, limit=_LOOKED_AT))).items
    later = {pair: [edit for edit in edits if pair in set(_changed(edit))] for pair in sorted(pairs)}
    told = [pair for pair, found in later.items() if found][:_SHOWN]
    stand = await asyncio.gather(
        *(apis.send(matching.drafts.pairs(known.round_id, member=a, other=b, limit=1)) for a, b in told)
    )
    return [
        EditedPair(pair=entry, edits=later[pair])
        for pair, found in zip(told, stand, strict=True)
        for entry in found.items
    ]


def _changed(edit: EditView) -> Iterator[Names]:
    """The pairs that an edit is about, put in or took out."""
    for pair in (edit.pair, edit.by_pair, *edit.added, *edit.removed):
        if pair is not None:
            yield pair.a, pair.b
