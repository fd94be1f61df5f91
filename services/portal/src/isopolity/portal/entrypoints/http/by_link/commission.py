"""What a National Commission says about a city that applies: the page that the mailed link opens, and its buttons.

Invariant: a link that is followed changes nothing. The page shows what the city says of itself, and nobody who applied.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import Confirmation, Saying
from isopolity.portal.adapters.service_apis import AskedTooOften
from isopolity.portal.entrypoints.http.forms.optional_answers import behind_link
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody


async def commission(request: Request) -> Response:
    """The city as its application describes it, and what the commission says of it; it may say something else later."""
    secret, apis = request.path_params["secret"], apis_of_anybody(request)
    form, said = await PageForm.of(request), None
    asked = await behind_link(apis.send(registry.consultations.look(Confirmation(secret=secret))))
    if asked is not None and form.was_sent:
        saying = Saying(secret=secret, verdict=form["verdict"], words=form["words"] or None)
        said = await form.answer(apis.send(registry.consultations.say(saying)), may_be_gone=True, passes=AskedTooOften)
    if asked is None or form.is_gone:
        return page(request, "commission/ended.html", HTTPStatus.GONE, here="")
    asked = said or asked
    return page(
        request,
        "commission/consultation.html",
        form.status,
        here="",
        secret=secret,
        asked=asked,
        filled=form.fields if form.is_refused else {"words": asked.words or ""},
        problems=form.problems,
        is_said=said is not None,
        script="left.js",
    )


routes = [Route("/commission/{secret}", commission, methods=["GET", "POST"])]
