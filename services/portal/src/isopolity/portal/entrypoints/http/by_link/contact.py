"""Confirming the address at which somebody is a contact: the page that the mailed link opens, and its button.

Invariant: a link that is followed changes nothing; its page has a button, since programs follow links in mails.
"""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import Confirmation
from isopolity.portal.entrypoints.http.forms.optional_answers import behind_link
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody


async def contact(request: Request) -> Response:
    """Show the member and the role of which the link is; POST confirms the address."""
    link = Confirmation(secret=request.path_params["secret"])
    links = registry.contact_confirmations
    call = links.create(link) if request.method == "POST" else links.look(link)
    named = await behind_link(apis_of_anybody(request).send(call))
    if named is None:
        return page(request, "contact-ended.html", HTTPStatus.GONE, here="sign-in")
    template = "contact-done.html" if request.method == "POST" else "contact.html"
    return page(request, template, here="sign-in", named=named, secret=link.secret)


routes = [Route("/contact/{secret}", contact, methods=["GET", "POST"])]
