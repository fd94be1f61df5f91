"""Confirming the address at which somebody is a contact: the page that the mailed link opens, and its button.

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


async def contact(request: Request) -> Response:
    """Show the member and the role of which the link is; POST confirms the address."""
    body = {"secret": request.path_params["secret"]}
    path = "/contact-confirmations" if request.method == "POST" else "/contact-confirmations/look"
    try:
        named = await apis_of_anybody(request).post("registry", path, body)
    except (NothingThere, NotAllowed) as refused:
        if isinstance(refused, NotAllowed) and "/secret" not in refused.fields:
            raise
        return page(request, "contact-ended.html", _GONE, here="sign-in")
    template = "contact-done.html" if request.method == "POST" else "contact.html"
    return page(request, template, here="sign-in", named=named, secret=body["secret"])


routes = [Route("/contact/{secret}", contact, methods=["GET", "POST"])]
