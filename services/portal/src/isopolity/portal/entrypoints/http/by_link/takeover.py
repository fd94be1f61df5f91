"""Taking over from a coordinator: the page that the mailed link opens, and its button.

Invariant: a link that is followed changes nothing; its page has a button, since programs follow links in mails.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody

_GONE: Final = 410


async def take_over(request: Request) -> Response:
    """What would be taken over, and the confirmation."""
    body = {"secret": request.path_params["secret"]}
    apis = apis_of_anybody(request)
    try:
        offer = await apis.post("registry", "/handovers/look", body)
        if request.method == "POST":
            await apis.post("registry", "/handovers/confirm", body)
    except (NothingThere, NotAllowed) as refused:
        if isinstance(refused, NotAllowed) and "/secret" not in refused.fields:
            raise
        return page(request, "handover-ended.html", _GONE, here="sign-in")
    template = "handover-done.html" if request.method == "POST" else "handover.html"
    return page(request, template, here="sign-in", offer=offer, secret=body["secret"])


routes = [Route("/handover/{secret}", take_over, methods=["GET", "POST"])]
