"""What a round comes to, for those who must answer for it: its difference from another draft, its report, its proof.

Invariant: each page tells the draft as it is now; the certificate comes as matching keeps it, byte for byte.
"""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import for_staff
from isopolity.portal.entrypoints.http.office.rounds.frame import known_draft, known_round, round_page
from isopolity.portal.entrypoints.http.office.rounds.overview import PATH
from isopolity.portal.entrypoints.http.rendering import sent_file
from isopolity.portal.entrypoints.http.visitors import apis_of

_NAMED: Final = 50
"""Pairs and members that a page names of each list; of the others it tells how many there are."""
_ON_PAPER: Final = 40
_OFFERED: Final = "20"


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
async def report(request: Request, _account: Account) -> Response:
    """One page to print."""
    known = await known_draft(request)
    told = await apis_of(request).get("matching", f"{known.path}/report")
    return round_page(request, "report.html", known, "report", report=told, named=_ON_PAPER)


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
