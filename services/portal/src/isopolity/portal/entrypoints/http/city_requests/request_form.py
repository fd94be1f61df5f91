"""A request to sponsors as a form: a new one, or one that is there; and who could fund it as it is typed.

Invariant: nothing that was typed is lost; a form that is sent twice makes one request. Looking at who could fund a
request saves and proposes nothing; what it says is what the request's page says once it is saved, since matching makes
both by one function.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from isopolity.client import matching, registry
from isopolity.client.matching.models import RequestState, SupportableRequestView
from isopolity.client.registry.models import CityEntry, NewRequest, Programme, RequestEntry
from isopolity.identity.folded_text import fold
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NothingThere, ServiceApis, ServiceAway
from isopolity.portal.adapters.wording import _
from isopolity.portal.application.form_help import BUTTON, TOPICS_OF, TopicSearch, topics_for
from isopolity.portal.application.request_invitation import Invitation
from isopolity.portal.domain.requests.form import (
    REQUEST,
    change_in,
    codes_in,
    crossed,
    filled_with,
    is_in,
    is_over,
    stated_in,
)
from isopolity.portal.domain.requests.own import OwnRequest
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interests import TOPICS
from isopolity.portal.domain.typed_values import paragraph_in, texts_in
from isopolity.portal.entrypoints.http.city_requests.requests_of_city import request_among, requests_of
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    apis_of,
    gettext_of,
    see_other,
    today,
)
from isopolity.portal.entrypoints.http.profile_steps import sought_codes

_NAMED: Final = 10
"""Programmes that are named of a request."""
_UNTITLED: Final = "?"
"""The title of a request that is tried before it has one; who could fund it does not depend on that."""
_TRY: Final = "try"
"""The button that tells who could fund the request as it is typed."""
_CROSSED: Final[Mapping[str, str]] = {
    "amount_max": _("It is less than the least that would help."),
    "ends": _("It is before the first day."),
}
"""Sentences by the field that is too small."""
_OVER: Final = _("The last day is over; give a later one, or leave it empty.")
_CLOSED: Final = _("This request was closed after you opened the page. Save to ask for it again with what you typed.")
_SAME_TITLE: Final = _("You have another request of this title. Change that one, or give this one another title.")


async def edit_request(request: Request, account: Account, base: str, done: str) -> Response:
    """The form of a request of the account's city, below `base`; it leads to `done` with the id of the request."""
    apis = apis_of(request)
    items, city = await asyncio.gather(requests_of(request, account), apis.send(registry.cities.read(account.member)))
    request_id = request.path_params.get("request_id")
    known = request_among(items, request_id)
    form = await PageForm.of(request, account)
    is_closed = known is not None and not known.is_kept
    if is_closed and not form.was_sent:
        return see_other(f"{base}/new?like={request_id}")
    known = None if is_closed else known
    invited = Invitation.of(_named(request, form))
    meant = await _programme(apis, invited)
    rendered = partial(_rendered, request, form, known, city, invited, meant, base=base)
    if not form.was_sent:
        filled = _first(request, items, known, invited, meant) if form.typed is None else form.fields
        return await rendered(filled)
    if is_closed:
        form.refuse({"": gettext_of(request)(_CLOSED)})
        return await rendered(form.fields)
    if form[TOPICS_OF]:
        words = paragraph_in(f"{form['title']} {form['description']}")
        typed = form[f"{TOPICS}-topics-text"]
        search = TopicSearch(card=TOPICS, typed=typed, words=words, language=form["language"] or None)
        return await rendered(form.fields, topics=await asyncio.to_thread(topics_for, search))
    is_new = known is None and form[BUTTON] != _TRY
    if is_new and (made := _made(items, form.fields)) is not None:  # sent twice
        return see_other(f"{done}{made.request_id}")
    if wrong := _contradictions(request, form.fields, items, known):
        form.refuse(wrong)
        return await rendered(form.fields)
    named = partial(REQUEST.problems, form=form.fields)
    if form[BUTTON] == _TRY:
        funding = await form.answer(_tried(apis, account, known, form.fields), named)
        return await rendered(form.fields, funding=funding, was_tried=not form.is_refused)
    saved = await form.answer(_save(apis, account, known, form), named)
    filled = form.fields
    if form.is_stale:
        known = request_among(await requests_of(request, account), request_id)
        if known is not None and is_in(known.entry, form.fields):  # sent again it is there already
            saved = known.entry
        elif known is not None:
            filled = {**form.fields, "version": known.version}
    if saved is None and is_new and (made := _made(await requests_of(request, account), form.fields)) is not None:
        saved = made.entry  # sent twice at once
    if saved is None:
        return await _rendered(request, form, known, city, invited, meant, filled, base=base)
    return see_other(f"{done}{saved.request_id}")


def _made(items: Sequence[OwnRequest], form: Form) -> OwnRequest | None:
    """The city's request that says just what a form for a new one says; None without one."""
    return next((each for each in items if each.is_kept and is_in(each.entry, form)), None)


def _named(request: Request, form: PageForm) -> Mapping[str, Sequence[str]]:
    """The parameters of the address, by name; the programme as a form that was sent keeps it."""
    query = request.query_params
    return {name: query.getlist(name) for name in query} | ({"programme": [form["programme"]]} if form.typed else {})


async def _programme(apis: ServiceApis, invited: Invitation) -> Programme | None:
    """The programme that the request is meant for; None where none is named, or it is not there."""
    if not invited.programme_id:
        return None
    partner = await unless(apis.send(registry.partners.read(invited.partner_id)), NothingThere)
    programmes = () if partner is None else partner.programmes
    return next((each for each in programmes if each.programme_id == invited.programme_id), None)


def _first(
    request: Request,
    items: Sequence[OwnRequest],
    known: OwnRequest | None,
    invited: Invitation,
    meant: Programme | None,
) -> Form:
    """The form as it is opened first: the request, or a new one like a closed one, in the currency of the last one."""
    if known is not None:
        return {**filled_with(known.entry), "version": known.version}
    alike = next((each for each in items if each.request_id == request.query_params.get("like")), None)
    if alike is not None:
        return {**filled_with(alike.entry), "starts": "", "ends": ""}
    usual = items[0].entry.currency if items else "EUR"
    return {"currency": usual, **invited.filled(meant)}


def _contradictions(
    request: Request, form: Form, items: Sequence[OwnRequest], known: OwnRequest | None
) -> dict[str, str]:
    """Sentences by the name of the wrong field, for faults known here: crossed bounds, a title that is taken."""
    gettext, stated = gettext_of(request), stated_in(form)
    found = {name: gettext(_CROSSED[name]) for name in crossed(stated)}
    if is_over(stated, None if known is None else known.entry, today(request)):
        found["ends"] = gettext(_OVER)
    title = fold(str(stated.get("title", "")))
    own = None if known is None else known.request_id
    if title and any(each.is_kept and each.request_id != own and fold(each.entry.title) == title for each in items):
        found["title"] = gettext(_SAME_TITLE)
    return found


async def _save(apis: ServiceApis, account: Account, known: OwnRequest | None, form: PageForm) -> RequestEntry:
    """Publish the request, or change the version that the form was made from. Raises ChangedMeanwhile, NotAllowed."""
    if known is None:
        stated = {"city_id": account.member, **stated_in(form.fields)}
        return await apis.send(registry.requests.create(NewRequest.unchecked(stated)))
    if form["version"] != known.version:
        raise ChangedMeanwhile(known.request_id)
    change = registry.requests.change(known.request_id, change_in(form.fields), version=known.entry.version)
    return await apis.send(change)


async def _tried(
    apis: ServiceApis, account: Account, known: OwnRequest | None, form: Form
) -> SupportableRequestView | None:
    """The programmes that could support the request as typed; None where that cannot be told now. Raises NotAllowed."""
    of = {"request_id": "new" if known is None else known.request_id, "version": 1, "status": "published"}
    state = RequestState.unchecked({"title": _UNTITLED, **of, "city_id": account.member, **stated_in(form)})
    asked = matching.members.request_trial(account.member, state, programmes=_NAMED)
    return await unless(apis.send(asked), NothingThere, ServiceAway)


async def _rendered(
    request: Request,
    form: PageForm,
    known: OwnRequest | None,
    city: CityEntry,
    invited: Invitation,
    meant: Programme | None,
    filled: Form,
    *,
    base: str,
    topics: Sequence[str] | None = None,
    funding: SupportableRequestView | None = None,
    was_tried: bool = False,
) -> Response:
    stated = stated_in(filled)
    codes = codes_in(stated)
    return form.page(
        request,
        "requests/form.html",
        known=known,
        base=base,
        profile=city.model_dump(mode="json"),
        filled=filled,
        chosen_topics=texts_in(stated.get(TOPICS)),
        topics=topics,
        codes=codes,
        sought=await sought_codes(apis_of(request), codes),
        invited=invited,
        meant=meant,
        funding=funding,
        was_tried=was_tried,
        scripts=("topics.js", "left.js"),
    )
