"""A programme as a form: a new one, which waits for the office, or one that is there; how many cities and requests fit
its criteria as they are typed.

Invariant: nothing that was typed is lost; a form that is sent twice makes one programme.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException

from isopolity.client import matching, registry
from isopolity.client.matching.models import SumsView
from isopolity.client.registry.models import Programme
from isopolity.contracts.codes import country_regions
from isopolity.contracts.countries import DEFAULT_LANGUAGE, countries
from isopolity.languages.catalogues import translations_of
from isopolity.portal.adapters.service_apis import NothingThere, ServiceAway
from isopolity.portal.adapters.templates import named_countries
from isopolity.portal.adapters.wording import _, sentence_of
from isopolity.portal.application.form_help import BUTTON, TOPICS_OF, TopicSearch, topics_for
from isopolity.portal.domain.programmes.criteria import criteria_in, no_numbers
from isopolity.portal.domain.programmes.form import (
    BEFORE,
    CountryNames,
    Stated,
    changed_meanwhile,
    codes_in,
    crossed,
    filled_with,
    first_fields,
    funds_nothing,
    is_in,
    outside,
    problems_of,
    programme_form,
    stated_in,
)
from isopolity.portal.domain.programmes.life import OwnProgrammes, is_over, state_of
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interests import TOPICS
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.domain.typed_values import count_fault, is_day, paragraph_in
from isopolity.portal.entrypoints.http.admission import for_partner_editors
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, unless
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    gettext_of,
    language_of,
    see_other,
    today,
)
from isopolity.portal.entrypoints.http.programmes.own_programmes import PATH, WAITS, own_programmes, save_programmes

_COUNT: Final = "count"
"""The button that counts what fits as it is typed."""
_BOTH: Final = ["GET", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Sums of the cities that fit, or the reasons why there are none; neither if they cannot be counted now."""

    reach: SumsView | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    """A sentence by the name of what is wrong, empty where that is no field."""


async def counted(request: Request, account: Account, stated: Stated) -> Count:
    """The count of the cities that fit the criteria in a form."""
    gettext = gettext_of(request)
    if wrong := no_numbers(stated):
        return Count(problems={name: sentence_of(count_fault(text), gettext) for name, text in wrong.items()})
    form = PageForm(None, was_sent=False)
    asked = apis_of(request).send(matching.partners.reach(account.member, **criteria_in(stated)))
    reach = await form.answer(unless(asked, NothingThere, ServiceAway), _named)
    return Count(reach=reach, problems=form.problems)


def _named(faults: Mapping[str, str]) -> Mapping[str, str]:
    return {_name(pointer): sentence for pointer, sentence in faults.items()}


def _name(pointer: str) -> str:
    """The name of the parameter that a JSON pointer leads into."""
    return next((part for part in reversed(pointer.split("/")) if part and not part.isdigit()), "")


_OVER: Final = _("The last day is over; give a later one, or leave it empty.")
_NO_COUNTRY: Final = _("We do not know the country “%(text)s”; write its English name, one country a line.")
_NEAR: Final = _("We do not know “%(text)s”; did you mean “%(near)s”?")
_CROSSED: Final[Mapping[str, str]] = {
    "population_max": _("It is less than the least number of inhabitants."),
    "grant_max": _("It is less than the least of a grant."),
    "closes": _("It is before the first day."),
    "budget": _("It is less than the most of a grant."),
}
"""Sentences by the field that is too small."""
_NO_AMOUNT: Final = _("Give the most of a grant, or do not tick funding.")


@for_partner_editors
async def programme(request: Request, account: Account) -> Response:
    """The form, and the programme that it makes or changes."""
    own, step = await own_programmes(request, account), form_of(language_of(request))
    programme_id = request.path_params.get("programme_id")
    place = len(own.all) if programme_id is None else own.place_of(programme_id)
    if place is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    form = await PageForm.of(request, account)
    if not form.was_sent or form[BUTTON] == _COUNT:
        filled = await _filled(request, own, place, step) if form.typed is None else form.typed
        return await _rendered(request, account, own, place, form, filled)
    if form[TOPICS_OF]:
        words = paragraph_in(f"{form['name']} {form['purpose']}")
        search = TopicSearch(
            card=TOPICS, typed=form[f"{TOPICS}-topics-text"], words=words, language=form["language"] or None
        )
        found = await asyncio.to_thread(topics_for, search)
        return await _rendered(request, account, own, place, form, form.fields, topics=found)
    stated = stated_in(form.fields, step)
    before = None if programme_id is None or programme_id in own.waiting else own.all[place]
    wrong = _contradictions(request, stated)
    if is_over(stated, before, today(request)):
        wrong["closes"] = gettext_of(request)(_OVER)
    if wrong:
        form.refuse(wrong)
        return await _rendered(request, account, own, place, form, form.fields)
    kept = {} if programme_id is None else {"programme_id": programme_id}
    changed: Sequence[Programme | Stated] = [*own.all[:place], {**stated, **kept}, *own.all[place + 1 :]]
    named = partial(problems_of, place=place, step=step, form=form.fields)
    saved = await form.answer(save_programmes(request, account, changed, form["version"]), named)
    filled, changes = form.fields, None
    if form.is_stale:
        own = await own_programmes(request, account)
        place = len(own.all) if programme_id is None else own.place_of(programme_id)
        if place is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        others = own.all if programme_id is None else own.all[place : place + 1]
        if any(is_in(each, form.fields, step) for each in others):  # sent again it is there already
            saved = own
        filled = {**form.fields, **_seen(own, place, step)}
        changes = None if programme_id is None else changed_meanwhile(form.fields, own.all[place], step)
    if saved is None:
        return await _rendered(request, account, own, place, form, filled, changes)
    it_waits = programme_id is None or programme_id in saved.waiting or programme_id in saved.changes
    return see_other(f"{PATH}?saved={WAITS if it_waits else 1}")


@cache
def form_of(language: str) -> Step:
    """The form of a programme in a language."""
    return programme_form(countries_in(language))


@cache
def countries_in(language: str) -> CountryNames:
    """The countries by their names in a language."""
    others = {code: (each.names[DEFAULT_LANGUAGE], *each.also) for code, each in countries().items() if each.has_people}
    return CountryNames.of(dict(named_countries(language)), others)


def _contradictions(request: Request, stated: Stated) -> dict[str, str]:
    """Sentences by the name of the wrong field, for faults known here: crossed bounds, unknown countries."""
    gettext = gettext_of(request)
    found = {name: gettext(_CROSSED[name]) for name in crossed(stated)}
    if funds_nothing(stated):
        found["grant_max"] = gettext(_NO_AMOUNT)
    unknown = _unknown(request, stated)
    return found | ({"countries": unknown} if unknown else {})


def _seen(own: OwnProgrammes, place: int, step: Step) -> Form:
    """The hidden fields: the version that the form was made from, and the programme as it is shown."""
    hidden = {BEFORE: first_fields(own.all[place], step)} if place < len(own.all) else {}
    return {"version": str(own.version), **hidden}


def _unknown(request: Request, stated: Stated) -> str:
    """Advice on the first country that is not known; empty if all are known."""
    language = language_of(request)
    known, gettext = countries_in(language), translations_of(language).gettext
    for text in codes_in(stated, "countries"):
        if known.code(text) is None:
            near = known.nearest(text)
            sentence = gettext(_NO_COUNTRY if near is None else _NEAR)
            return sentence % {"text": text, "near": near}
    return ""


async def _filled(request: Request, own: OwnProgrammes, place: int, step: Step) -> Form:
    """The programme as a form; a new one holds what a programme has that says nothing."""
    if place < len(own.all):
        return {**filled_with(own.all[place], step), **_seen(own, place, step)}
    usual = await apis_of(request).send(registry.capacity_defaults.read())
    return {"currency": "EUR", "cities": str(usual.programme), **_seen(own, place, step)}


async def _rendered(
    request: Request,
    account: Account,
    own: OwnProgrammes,
    place: int,
    form: PageForm,
    filled: Form,
    changes: Sequence[str] | None = None,
    topics: Sequence[str] | None = None,
) -> Response:
    stated = stated_in(filled, form_of(language_of(request)))
    hinders = {name: text for name, text in _contradictions(request, stated).items() if name != "closes"}
    count = Count(problems=hinders) if hinders else await counted(request, account, stated)
    known = own.all[place] if place < len(own.all) else None
    return form.page(
        request,
        "programmes/form.html",
        known=known,
        waits=known is not None and known.programme_id in own.waiting,
        refusal=None if known is None else own.refused.get(known.programme_id),
        change=None if known is None else own.changes.get(known.programme_id),
        filled=filled,
        chosen_topics=codes_in(stated, TOPICS),
        topics=topics,
        changes=changes,
        opens_again=form.is_stale and known is not None and _opens_again(own, known, stated, today(request)),
        count=count,
        outside=outside(codes_in(stated, "countries"), codes_in(stated, "regions"), country_regions()),
        regions=codes_in(stated, "regions"),
        is_untouched=known is None and not (stated.get("subjects") or stated.get("name")),
        scripts=("count.js", "topics.js"),
    )


def _opens_again(own: OwnProgrammes, known: Programme, stated: Stated, day: date) -> bool:
    """Whether a programme that is closed now is not any more once this is saved."""
    typed = {name: str(stated.get(name) or "") for name in ("opens", "closes")}
    if not all(is_day(each) for each in typed.values() if each):
        return False
    days = {name: date.fromisoformat(each) if each else None for name, each in typed.items()}
    now, then = (state_of(each, own.waiting, own.refused, day) for each in (known, known.model_copy(update=days)))
    return now == "closed" != then


routes = [Route(f"{PATH}/new", programme, methods=_BOTH), Route(f"{PATH}/{{programme_id}}", programme, methods=_BOTH)]
