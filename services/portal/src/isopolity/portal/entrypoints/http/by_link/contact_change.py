"""`/contact-change/SECRET`: the link in a mail about a change of a contact; its reader stops it, or agrees.

Invariant: a link that is followed changes nothing; its page has buttons, since programs follow links in mails.
"""

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import CallOfStaffByLink, Confirmation
from isopolity.portal.entrypoints.http.forms.optional_answers import behind_link
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody

_LONGEST: Final = 1000
"""Most characters of a message to the office that registry takes."""


async def contact_change(request: Request) -> Response:
    """Show the change that the mail is about; POST calls the office, or agrees."""
    secret, apis = request.path_params["secret"], apis_of_anybody(request)
    done = await behind_link(_act(request, secret)) if request.method == "POST" else None
    is_open = request.method == "GET" or done is not None
    look = registry.contact_changes.look(Confirmation(secret=secret))
    change = await behind_link(apis.send(look)) if is_open else None
    if change is None:
        return page(request, "contact-change-ended.html", HTTPStatus.GONE, here="sign-in")
    return page(
        request, "contact-change.html", here="sign-in", change=change, secret=secret, done=done, longest=_LONGEST
    )


async def _act(request: Request, secret: str) -> str:
    """Call the office, or agree to the change; returns which of the two was done."""
    apis, form = apis_of_anybody(request), request.state.form
    if form.get("do") == "consent":
        await apis.send(registry.contact_changes.consent_by_link(Confirmation(secret=secret)))
        return "consent"
    words = form.get("words", "").strip()
    call = CallOfStaffByLink(secret=secret, words=words) if words else CallOfStaffByLink(secret=secret)
    await apis.send(registry.contact_changes.call_by_link(call))
    return "call"


routes = [Route("/contact-change/{secret}", contact_change, methods=["GET", "POST"])]
