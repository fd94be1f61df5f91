"""Edits of pairs that were made after a page was opened, which an edit from that page would override unseen."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.office.rounds.frame import KnownRound

_LOOKED_AT: Final = 200
"""Edits that are looked at, the newest."""
_SHOWN: Final = 20
"""Pairs that are told."""

Names = tuple[str, str]


async def edited_meanwhile(
    apis: ServiceApis, known: KnownRound, pairs: Collection[Names], seen: int
) -> Sequence[Mapping[str, Any]]:
    """Find the pairs that an edit after the first `seen` ones has changed: how each stands now, and these edits."""
    after = max(seen, int(known.draft["edits"]) - _LOOKED_AT)
    asked = {"cursor": f"{after}", "limit": f"{_LOOKED_AT}"}
    edits = (await apis.get("matching", f"{known.path}/edits", asked))["items"]
    later = {pair: [edit for edit in edits if pair in set(_changed(edit))] for pair in sorted(pairs)}
    told = [pair for pair, found in later.items() if found][:_SHOWN]
    stand = await asyncio.gather(
        *(apis.get("matching", f"{known.path}/pairs", {"member": a, "other": b, "limit": "1"}) for a, b in told)
    )
    return [
        {"pair": entry, "edits": later[pair]}
        for pair, found in zip(told, stand, strict=True)
        for entry in found["items"]
    ]


def _changed(edit: Mapping[str, Any]) -> Iterator[Names]:
    """The pairs that an edit is about, put in or took out."""
    for pair in (edit["pair"], edit.get("by_pair"), *edit["added"], *edit["removed"]):
        if pair is not None:
            yield pair["a"], pair["b"]
