"""The pairs of a draft, filtered and a page at a time; and each as both sides would read of it.

Invariant: no page asks for all pairs of a draft; nothing is sent or kept by looking at a mail.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere, ServiceAway
from isopolity.portal.domain.selection import Selection
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.office.admission import for_staff
from isopolity.portal.entrypoints.http.office.rounds.frame import KnownRound, known_draft, round_page
from isopolity.portal.entrypoints.http.office.rounds.overview import PATH
from isopolity.portal.entrypoints.http.office.rounds.swaps import tried
from isopolity.portal.entrypoints.http.visitors import apis_of

FITTING: Final = ("text", "kind", "standing", "value_min", "country", "region", "member")
"""Choices by which pairs are published, too."""
CHOICES: Final = (*FITTING, "reason", "order")
_ACTS: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "leave-out": lambda pair: bool(pair["chosen"]),
    "pin": lambda pair: not pair["pinned"],
    "forbid": lambda pair: not pair["forbidden"],
    "put-in": lambda pair: not pair["chosen"],
    "free": lambda pair: bool(pair["pinned"] or pair["forbidden"]),
}
"""Edits of a pair, and whether each changes anything."""
_SHOWN: Final = "20"
_LONGEST: Final = 200
"""Characters of a name that is searched for."""


@for_staff
async def pairs(request: Request, _account: Account) -> Response:
    """Those that fit the selection, with the reasons that both would read."""
    selection = Selection.of(f"{PATH}/{request.path_params['round_id']}/pairs", request.query_params, CHOICES)
    asked, wrong = with_number(selection.parameters)
    known = await known_draft(request)  # first: the page shows at least the edits that its forms say it shows
    found = await apis_of(request).get("matching", f"{known.path}/pairs", {**asked, "told": "true", "limit": _SHOWN})
    return round_page(
        request,
        "pairs.html",
        known,
        "pairs",
        selection=selection,
        wrong=wrong,
        found=found,
        offered=[act for act, is_of in _ACTS.items() if any(map(is_of, found["items"]))],
        member=_name_of(selection.chosen.get("member"), found["items"]),
        following=selection.address(found["next"]) if found["next"] else None,
        fitting=urlencode({name: selection.chosen[name] for name in FITTING if name in selection.chosen}),
    )


def with_number(chosen: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The choices with the least value as services read numbers; apart from them one that is no number."""
    asked, wrong = dict(chosen), {}
    if (value := number_of(asked.get("value_min", "0"))) is None:
        wrong["value_min"] = asked.pop("value_min")
    elif "value_min" in asked:
        asked["value_min"] = f"{value}"
    return asked, wrong


@for_staff
async def pair(request: Request, _account: Account) -> Response:
    """One pair: how it stands, its reasons, and both mails."""
    a, b = (request.query_params.get(side, "") for side in ("a", "b"))
    if not a or not b:
        raise NothingThere(request.url.path)
    text = request.query_params.get("text", "").strip()[:_LONGEST]
    # both wait until matching has caught up with the log, which is better done at once
    (known, entry, trial, in_place), (mails, why_none) = await asyncio.gather(
        _with_swaps(request, (a, b), text), _mails(request, a, b)
    )
    return round_page(
        request,
        "pair.html",
        known,
        "pairs",
        pair=entry,
        mails=mails,
        why_none=why_none,
        text=text,
        trial=trial,
        swaps=in_place,
    )


async def _with_swaps(
    request: Request, names: tuple[str, str], text: str
) -> tuple[KnownRound, Mapping[str, Any], Mapping[str, Any] | None, list[Mapping[str, Any]]]:
    """The round, the pair of these names, what its edit would do, and each pair in its place. Raises NothingThere."""
    apis, path = apis_of(request), _path(request)
    of_pair = {"member": names[0], "other": names[1], "told": "true", "limit": "1"}
    known = await known_draft(request)  # first, as for the list
    found = await apis.get("matching", f"{path}/pairs", of_pair)
    entry = next(iter(found["items"]), None)
    if entry is None:
        raise NothingThere(path)
    if known.draft["status"] != "open" or entry["published"]:
        return known, entry, None, []
    return known, entry, *await tried(apis, path, entry, text)


def _path(request: Request) -> str:
    """The address of the API of the draft that the address names."""
    return f"/drafts/{request.path_params['round_id']}"


def number_of(text: str) -> float | None:
    """The number that a text states with a point or a comma before the decimals; None where it is none."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value <= 10**6 else None


async def _mails(request: Request, a: str, b: str) -> tuple[list[Mapping[str, Any]], str]:
    """The mails of a pair as they would be now, by the side; or why there are none."""
    apis = apis_of(request)
    try:
        proposal = await apis.get("matching", f"{_path(request)}/preview", {"a": a, "b": b})
        sides = {each["side"]: each["name"] for each in proposal["sides"]}
        mails = await apis.post("notify", "/previews", proposal)
    except ServiceAway:
        return [], "away"
    except NotAllowed as refused:
        return [], str(refused)
    return [{**mail, "name": sides.get(mail["side"], mail["side"])} for mail in mails], ""


def _name_of(member: str | None, items: list[Any]) -> str | None:
    """The name of the member of which all candidates are listed."""
    if member is None:
        return None
    names = (each[f"{side}_name"] for each in items for side in "ab" if each[side] == member)
    return next(names, member)


routes = [Route(f"{PATH}/{{round_id}}/pairs", pairs), Route(f"{PATH}/{{round_id}}/pair", pair)]
