"""What a National Commission says about a city that applies: the page that the mailed link opens, and its buttons.

Invariant: a link that is followed changes nothing. The page shows what the city says of itself, and nobody who applied.
"""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import Confirmation, ConsultationDocument, Saying
from isopolity.portal.adapters.service_apis import AskedTooOften, NotAllowed, NothingThere
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody


async def commission(request: Request) -> Response:
    """The city as its application describes it, and what the commission says of it; it may say something else later."""
    secret, form = request.path_params["secret"], request.state.form
    problems, is_said = dict[str, str](), False
    if (asked := await _opened(request, secret)) is None:
        return _ended(request)
    try:
        if form is not None:
            words = form.get("words", "").strip() or None
            saying = Saying(secret=secret, verdict=form.get("verdict", ""), words=words)
            asked = await apis_of_anybody(request).send(registry.consultations.say(saying))
            is_said = True
    except NothingThere:
        return _ended(request)
    except AskedTooOften:
        raise
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()} or {"": str(refused)}
    filled: Mapping[str, str] = form if problems and form is not None else {"words": asked.words or ""}
    return page(
        request,
        "commission/consultation.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        here="",
        secret=secret,
        asked=asked,
        filled=filled,
        problems=problems,
        is_said=is_said,
        script="left.js",
    )


async def _opened(request: Request, secret: str) -> ConsultationDocument | None:
    """What the holder of the link is asked about; None where it has ended, or is no link at all."""
    try:
        return await apis_of_anybody(request).send(registry.consultations.look(Confirmation(secret=secret)))
    except AskedTooOften:
        raise
    except (NothingThere, NotAllowed):
        return None


def _ended(request: Request) -> Response:
    return page(request, "commission/ended.html", HTTPStatus.GONE, here="")


routes = [Route("/commission/{secret}", commission, methods=["GET", "POST"])]
