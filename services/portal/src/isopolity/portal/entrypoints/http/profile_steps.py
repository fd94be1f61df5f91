"""A step of a profile as a page, wherever the profile is kept: one's own, another member's, or an application's.

Invariant: nothing that was typed is lost: a wrong field, or a change of somebody else, shows the form as it was filled
in. Trying out other needs and offers proposes nothing to anybody, and saves nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode

from isopolity.client import matching, registry
from isopolity.client.matching.models import SuggestionView
from isopolity.client.registry.models import SoughtCode
from isopolity.contracts.codes import interest_text
from isopolity.portal.adapters.gazetteer import gazetteer
from isopolity.portal.adapters.members import change_member, read_member
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NothingThere, ServiceApis, ServiceAway
from isopolity.portal.adapters.wording import _
from isopolity.portal.application.form_help import BUTTON, WORDS, Looked, looked, topic_search, topics_for
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interests import MOST, PARTS, codes_of, row_fields, rows_in
from isopolity.portal.domain.steps.order import LANGUAGES, STEPS
from isopolity.portal.domain.steps.step import Effect, Profile, StatedProfile, Step
from isopolity.portal.domain.steps.ways import ONLINE_ONLY, contradicts_itself
from isopolity.portal.domain.typed_values import number_in, objects_in
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered, if_there, unless
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    apis_of,
    gettext_of,
    page_of,
    see_other,
    template_of,
)


async def asked_for(form: Form) -> Looked | None:
    """The result of a button of the form that looks something up; None if the form is to be saved."""
    if (search := topic_search(form)) is not None:
        return Looked(form=form, opened=search.card, topics=await asyncio.to_thread(topics_for, search))
    return await asyncio.to_thread(lambda: looked(form, gazetteer))  # the first search of a place reads a file


async def sought_in(apis: ServiceApis, form: Form) -> Mapping[str, SoughtCode]:
    """How many cities look for the subjects and topics of a form, and offer them, by code; empty where not known."""
    codes = codes_of([row for kind in PARTS for row in rows_in(form, kind)])[:_COUNTED]
    if not codes:
        return {}
    found = await if_answered(apis.public_answer(registry.seeking.count(codes=",".join(codes))))
    return {} if found is None else {each.code: each for each in found.items}


def contradictions(request: Request, step: Step, form: Form) -> dict[str, str]:
    """Sentences beside boxes that contradict each other."""
    return {ONLINE_ONLY: gettext_of(request)(_CONTRADICTS)} if step.name == _NEEDS and contradicts_itself(form) else {}


_COUNTED: Final = 100
_CONTRADICTS: Final = _(
    "You meet online only, so untick that your people can travel and that you can receive partners; or untick this."
)


def step_page(
    request: Request,
    step: Step,
    member_kind: str,
    form: Form,
    *,
    frame: str,
    status: int = 200,
    looked: Looked | None = None,
    problems: Mapping[str, str] | None = None,
    sought: Mapping[str, SoughtCode] | None = None,
    **values: object,
) -> Response:
    """The page of a step with what `form` holds; `sought` has the numbers of who looks for its subjects and topics.

    The template `frame` includes `steps/form.html` in a form of its own; `values` are what else it names.
    """
    lists = [(kind, rows_in(form, kind)) for kind in PARTS]
    for kind, rows in lists:
        form = {**row_fields(kind, rows), **form}
    parts = {
        "step": step.name,
        "member_kind": member_kind,
        "filled": form,
        "lists": lists,
        "most": MOST,
        "language_fields": LANGUAGES.names(form),
        "words": WORDS,
        "found": {} if looked is None else looked.found,
        "opened": "" if looked is None else looked.opened,
        "topics": None if looked is None else looked.topics,
        "sought": sought or {},
        "problems": problems or {},
        "script": "left.js" if step.name in ("who", _NEEDS) else None,
    }
    return page_of(request, template_of(request, frame), status, {**parts, **values})


_NEEDS: Final = "needs"
_TRY: Final = "try"
"""The button that tells what a change of needs and offers would do."""


async def change_step(request: Request, account: Account) -> Response:
    """The form of one step of the account's member, what it would change, and its change.

    The step is the last part of the address; before it lies the page that shows all of them.
    """
    all_steps, _, name = request.url.path.rpartition("/")
    step = STEPS[str(account.member_kind)].get(name)
    if step is None:
        return see_other(all_steps)
    standing = await _standing(apis_of(request), account)
    form = await PageForm.of(request, account)
    rendered = partial(_rendered, request, step, account, form)
    if not form.was_sent:
        if form.typed is not None:
            return rendered(standing, form.typed)
        filled = {**step.filled(standing.profile), "version": standing.version}
        effect, sought = await asyncio.gather(
            _saved_effect(request, account, standing), sought_in(apis_of(request), filled)
        )
        return rendered(standing, filled, was_saved="saved" in request.query_params, effect=effect, sought=sought)
    if (asked := await asked_for(form.fields)) is not None:
        return rendered(standing, asked.form, found=asked, sought=await sought_in(apis_of(request), asked.form))
    if wrong := contradictions(request, step, form.fields):
        form.refuse(wrong)
        return rendered(standing, form.fields)
    named = partial(step.problems, form=form.fields)
    if form[BUTTON] == _TRY and step.name == _NEEDS:
        supposed = stated_in(step.change(form.fields))
        tried = effect_of(apis_of(request), account.member, stated_in(standing.member), supposed)
        effect = await form.answer(tried, named)
        return rendered(standing, form.fields, effect=effect, was_tried=not form.is_refused)
    is_saved = await form.done(_save(apis_of(request), step, account, standing, form), named)
    filled = dict(form.fields)
    if form.is_stale:
        standing = await _standing(apis_of(request), account)
        is_saved = step.is_in(standing.profile, form.fields)  # sent again it is there already
        filled["version"] = standing.version
    if not is_saved:
        return rendered(standing, filled)
    before = stated_in(standing.member) if step.name == _NEEDS else {}
    return see_other(f"{request.url.path}?{urlencode({'saved': '1', **before}, doseq=True)}")


async def _saved_effect(request: Request, account: Account, standing: StatedProfile) -> Effect | None:
    """The effect of a change of needs and offers; None unless the address has the values before it."""
    before: Stated = {kind: request.query_params.getlist(kind) for kind in PARTS}
    now = stated_in(standing.member)
    if not all(before.values()) or before == now:
        return None
    seen = effect_of(apis_of(request), account.member, before, now)
    return await unless(seen, NotAllowed)  # the address may be of somebody's making


async def _standing(apis: ServiceApis, account: Account) -> StatedProfile:
    member, change = await asyncio.gather(
        read_member(apis, account.member_kind, account.member),
        if_there(apis.send(registry.changes.read(account.member))),
    )
    return StatedProfile.of(member, change)


async def _save(apis: ServiceApis, step: Step, account: Account, standing: StatedProfile, form: PageForm) -> None:
    """Change the version that the form was made from. Raises ChangedMeanwhile, NotAllowed."""
    version, _dot, change = form["version"].partition(".")
    seen = number_in(version)
    if change != str(standing.change) or not isinstance(seen, int):
        raise ChangedMeanwhile(account.member_id)
    await change_member(apis, account.member_kind, account.member, step.change(form.fields), seen)


def _rendered(
    request: Request,
    step: Step,
    account: Account,
    form: PageForm,
    standing: StatedProfile,
    filled: Form,
    *,
    found: Looked | None = None,
    effect: Effect | None = None,
    was_tried: bool = False,
    was_saved: bool = False,
    sought: Mapping[str, SoughtCode] | None = None,
) -> Response:
    return step_page(
        request,
        step,
        str(account.member_kind),
        filled,
        status=form.status,
        looked=found,
        problems=form.problems,
        sought=sought,
        frame="own-step.html",
        here="me",
        all_steps=request.url.path.rpartition("/")[0],
        account=account,
        standing=standing,
        effect=effect,
        was_tried=was_tried,
        was_saved=was_saved,
        is_stale=form.is_stale,
    )


Stated = Mapping[str, Sequence[str]]
"""Needs and offers as texts, by `need` and `offer`; the names are those of matching's parameters."""
_COMPARED: Final = 10


def stated_in(profile: Profile) -> Stated:
    """The needs and offers of a profile, or of a change of one; an empty text stands for none."""
    return {
        kind: [interest_text(each) for each in objects_in(profile.get(part))] or [""] for kind, part in PARTS.items()
    }


async def effect_of(apis: ServiceApis, city_id: str, before: Stated, after: Stated) -> Effect | None:
    """Who comes in and who goes out among the ten best; None where that cannot be told now.

    Raises NotAllowed where the needs or offers are none that can be stated.
    """
    both = asyncio.gather(*(_suggestions(apis, city_id, each) for each in (before, after)))
    found = await unless(both, NothingThere, ServiceAway)
    return None if found is None else Effect.between(*found)


async def _suggestions(apis: ServiceApis, city_id: str, stated: Stated) -> Sequence[SuggestionView]:
    call = matching.members.suggestions(city_id, need=stated["need"], offer=stated["offer"], limit=_COMPARED)
    return await apis.send(call)
