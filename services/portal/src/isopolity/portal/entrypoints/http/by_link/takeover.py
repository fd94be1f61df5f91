"""Taking over from a coordinator: the page that the mailed link opens, and its button.

Invariant: a link that is followed changes nothing; its page has a button, since programs follow links in mails.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import Confirmation
from isopolity.portal.adapters.service_apis import NotAllowed, NothingThere
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody


async def take_over(request: Request) -> Response:
    """What would be taken over, and the confirmation."""
    link = Confirmation(secret=request.path_params["secret"])
    apis = apis_of_anybody(request)
    try:
        offer = await apis.send(registry.handovers.look(link))
        if request.method == "POST":
            await apis.send(registry.handovers.confirm(link))
    except (NothingThere, NotAllowed) as refused:
        if isinstance(refused, NotAllowed) and "/secret" not in refused.fields:
            raise
        return page(request, "handover-ended.html", HTTPStatus.GONE, here="sign-in")
    template = "handover-done.html" if request.method == "POST" else "handover.html"
    return page(request, template, here="sign-in", offer=offer, secret=link.secret)


routes = [Route("/handover/{secret}", take_over, methods=["GET", "POST"])]
