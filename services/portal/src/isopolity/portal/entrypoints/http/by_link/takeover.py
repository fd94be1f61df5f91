"""Taking over from a coordinator: the page that the mailed link opens, and its button.

Invariant: a link that is followed changes nothing; its page has a button, since programs follow links in mails.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import Confirmation, HandoverOffer
from isopolity.portal.entrypoints.http.forms.optional_answers import behind_link
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody


async def take_over(request: Request) -> Response:
    """What would be taken over, and the confirmation."""
    link = Confirmation(secret=request.path_params["secret"])
    offer = await behind_link(_offered(request, link))
    if offer is None:
        return page(request, "handover-ended.html", HTTPStatus.GONE, here="sign-in")
    template = "handover-done.html" if request.method == "POST" else "handover.html"
    return page(request, template, here="sign-in", offer=offer, secret=link.secret)


async def _offered(request: Request, link: Confirmation) -> HandoverOffer:
    """What is handed over; POST takes it."""
    apis = apis_of_anybody(request)
    offer = await apis.send(registry.handovers.look(link))
    if request.method == "POST":
        await apis.send(registry.handovers.confirm(link))
    return offer


routes = [Route("/handover/{secret}", take_over, methods=["GET", "POST"])]
