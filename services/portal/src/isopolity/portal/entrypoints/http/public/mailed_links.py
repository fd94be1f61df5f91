"""Pages that a mailed link opens: to take over from a coordinator, to confirm an address as contact, to stop or agree
to a change of a contact, and for a National Commission to say what it thinks of a city that applies.

Invariant: a link that is followed changes nothing; its page has buttons, since programs follow links in mails. The
page of a commission shows what the city says of itself, and nobody who applied.
"""

from http import HTTPStatus
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import CallOfStaffByLink, Confirmation, HandoverOffer, Saying
from isopolity.portal.adapters.service_apis import AskedTooOften
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, behind_link
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, apis_of_anybody, page

_LONGEST: Final = 1000
"""Most characters of a message to the office that registry takes."""


async def take_over(request: Request) -> Response:
    """The page on which a successor confirms a handover."""
    link = Confirmation(secret=request.path_params["secret"])
    offer = await behind_link(_offered(request, link))
    if offer is None:
        return page(request, "handover-ended.html", HTTPStatus.GONE, here="sign-in")
    template = "handover-done.html" if request.method == "POST" else "handover.html"
    return page(request, template, here="sign-in", offer=offer, secret=link.secret)


async def _offered(request: Request, link: Confirmation) -> HandoverOffer:
    """The offer behind the link; POST confirms it."""
    apis = apis_of_anybody(request)
    offer = await apis.send(registry.handovers.look(link))
    if request.method == "POST":
        await apis.send(registry.handovers.confirm(link))
    return offer


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
    return form.page(
        request,
        "commission/consultation.html",
        here="",
        secret=secret,
        asked=asked,
        filled=form.fields if form.is_refused else {"words": asked.words or ""},
        is_said=said is not None,
        scripts=("left.js",),
    )


routes = [
    Route("/handover/{secret}", take_over, methods=["GET", "POST"]),
    Route("/contact/{secret}", contact, methods=["GET", "POST"]),
    Route("/contact-change/{secret}", contact_change, methods=["GET", "POST"]),
    Route("/commission/{secret}", commission, methods=["GET", "POST"]),
]
