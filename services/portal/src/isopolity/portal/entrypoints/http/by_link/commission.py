"""What a National Commission says about a city that applies: the page that the mailed link opens, and its buttons.

Invariant: a link that is followed changes nothing. The page shows what the city says of itself, and nobody who applied.
"""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import AskedTooOften, NotAllowed, NothingThere
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody

_GONE: Final = 410
_UNPROCESSABLE: Final = 422


async def commission(request: Request) -> Response:
    """The city as its application describes it, and what the commission says of it; it may say something else later."""
    body, form = {"secret": request.path_params["secret"]}, request.state.form
    problems, is_said = dict[str, str](), False
    if (asked := await _opened(request, body)) is None:
        return _ended(request)
    try:
        if form is not None:
            saying = body | {"verdict": form.get("verdict", ""), "words": form.get("words", "").strip() or None}
            asked = await apis_of_anybody(request).post("registry", "/consultations/say", saying)
            is_said = True
    except NothingThere:
        return _ended(request)
    except AskedTooOften:
        raise
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()} or {"": str(refused)}
    filled: Mapping[str, Any] = form if problems and form is not None else {"words": asked["words"] or ""}
    return page(
        request,
        "commission/consultation.html",
        _UNPROCESSABLE if problems else 200,
        here="",
        secret=body["secret"],
        asked=asked,
        filled=filled,
        problems=problems,
        is_said=is_said,
        script="left.js",
    )


async def _opened(request: Request, body: Mapping[str, str]) -> Any:
    """What the holder of the link is asked about; None where it has ended, or is no link at all."""
    try:
        return await apis_of_anybody(request).post("registry", "/consultations/look", body)
    except AskedTooOften:
        raise
    except (NothingThere, NotAllowed):
        return None


def _ended(request: Request) -> Response:
    return page(request, "commission/ended.html", _GONE, here="")


routes = [Route("/commission/{secret}", commission, methods=["GET", "POST"])]
