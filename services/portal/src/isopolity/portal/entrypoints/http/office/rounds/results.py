"""What a round comes to, for those who must answer for it: its difference from another draft, its report, its proof.

Invariant: each page tells the draft as it is now; the certificate comes as matching keeps it, byte for byte.
"""

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceApis, ServiceAway
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import for_staff
from isopolity.portal.entrypoints.http.office.rounds.frame import (
    KnownRound,
    known_draft,
    known_round,
    round_page,
)
from isopolity.portal.entrypoints.http.office.rounds.overview import PATH
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.rendering import sent_file
from isopolity.portal.entrypoints.http.visitors import apis_of

_NAMED: Final = 50
"""Pairs and members that a page names of each list; of the others it tells how many there are."""
_ON_PAPER: Final = 40
_OFFERED: Final = "20"
_LISTED: Final = "100"
"""Pairs that the report lists."""


@for_staff
async def difference(request: Request, _account: Account) -> Response:
    """The draft compared with the one before it, or with another that is chosen."""
    known, apis = await known_draft(request), apis_of(request)
    earlier = (await apis.get("matching", "/drafts", {"limit": "1", "cursor": known.round_id}))["items"]
    offered = (await apis.get("matching", "/drafts", {"limit": _OFFERED}))["items"]
    other = request.query_params.get("other") or next((each["round_id"] for each in earlier), "")
    found: Any = None
    if other:
        asked = {"most": f"{_NAMED}"}
        found = await apis.get("matching", f"/drafts/{other}/difference/{known.round_id}", asked)
    return round_page(
        request,
        "difference.html",
        known,
        "difference",
        found=found,
        other=other,
        offered=[each for each in offered if each["round_id"] != known.round_id],
        named=_NAMED,
    )


@for_staff
async def report(request: Request, account: Account) -> Response:
    """To print: one sheet of what the round comes to, and unless they are not wanted its pairs: those that are
    published, or else all.
    """
    known, apis = await known_draft(request), apis_of(request)
    standing = "published" if known.draft["published"] else "chosen"
    without_pairs = request.query_params.get("without") == "pairs"
    told, pairs, publication = await asyncio.gather(
        apis.get("matching", f"{known.path}/report"),
        _first_pairs(apis, known, "" if without_pairs else standing),
        _publication(request, account, known),
    )
    return round_page(
        request,
        "report.html",
        known,
        "report",
        report=told,
        named=_ON_PAPER,
        without_pairs=without_pairs,
        pairs=pairs,
        more=known.draft["published" if standing == "published" else "pairs"] - len(pairs),
        publication=publication,
    )


async def _first_pairs(apis: ServiceApis, known: KnownRound, standing: str) -> list[Any]:
    """The pairs that stand so, those of greatest value; none where no standing is given."""
    if not standing:
        return []
    asked = {"standing": standing, "told": "true", "limit": _LISTED}
    return list((await apis.get("matching", f"{known.path}/pairs", asked))["items"])


async def _publication(request: Request, account: Account, known: KnownRound) -> dict[str, Any] | None:
    """When pairs of it were published last, and by whom; None where nobody did, or that is not known now."""
    if not known.draft["published"]:
        return None
    asked = {"subject": known.round_id, "action": "drafts.publish", "limit": "1"}
    try:
        found, people = await asyncio.gather(
            apis_of(request).get("matching", "/audit", asked), staff_names(request, account)
        )
    except (NotAllowed, NothingThere, ServiceAway):
        return None
    return next(({"at": one["at"], "by": one["actor"], "people": people} for one in found["items"]), None)


@for_staff
async def proof(request: Request, _account: Account) -> Response:
    """What the round proves, in plain words, and where the certificate is."""
    known = await known_round(request)
    return round_page(request, "proof.html", known, "proof")


@for_staff
async def certificate(request: Request, _account: Account) -> Response:
    """The certificate as a file."""
    apis: ServiceApis = apis_of(request)
    round_id = request.path_params["round_id"]
    if not round_id.replace("-", "").isalnum():
        raise NothingThere(round_id)
    file = await apis.file("matching", f"/rounds/{round_id}/certificate")
    return sent_file(file, f"round-{round_id}.json")


routes = [
    Route(f"{PATH}/{{round_id}}/difference", difference),
    Route(f"{PATH}/{{round_id}}/report", report),
    Route(f"{PATH}/{{round_id}}/proof", proof),
    Route(f"{PATH}/{{round_id}}/certificate", certificate),
]
