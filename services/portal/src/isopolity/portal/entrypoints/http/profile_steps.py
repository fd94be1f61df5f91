"""A step of a profile as a page, wherever the profile is kept: one's own, another member's, or an application's.

Invariant: nothing that was typed is lost: a wrong field, or a change of somebody else, shows the form as it was filled
in. Trying a change out proposes nothing to anybody and saves nothing; what it shows is what the page shows once the
change is saved, since both ask registry for the city as others would see it, and matching who would fit that.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode

from isopolity.client import matching, registry
from isopolity.client.matching import models
from isopolity.client.matching.models import FittingView
from isopolity.client.registry.models import SoughtCode
from isopolity.portal.adapters.gazetteer import gazetteer
from isopolity.portal.adapters.members import change_member, read_member
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NothingThere, ServiceApis, ServiceAway
from isopolity.portal.adapters.wording import _
from isopolity.portal.application.form_help import BUTTON, WORDS, Looked, looked, topic_search, topics_for
from isopolity.portal.domain.steps.effect import KINDS, Before, KindOfEffect, effect_of
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interests import MOST, PARTS, codes_of, row_fields, rows_in
from isopolity.portal.domain.steps.order import LANGUAGES, STEPS
from isopolity.portal.domain.steps.step import StatedProfile, Step
from isopolity.portal.domain.steps.ways import ONLINE_ONLY, contradicts_itself
from isopolity.portal.domain.typed_values import number_in
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

_NEEDS: Final = "needs"
_SCRIPTS: Final[Mapping[str, Sequence[str]]] = {"who": ("left.js",), _NEEDS: ("left.js", "topics.js")}
_TRY: Final = "try"
"""The button that tells what a change would do."""
_COUNTED: Final = 100
"""The most subjects and topics of a form whose seekers are counted."""
_CONTRADICTS: Final = _(
    "You meet online only, so untick that your people can travel and that you can receive partners; or untick this."
)


async def asked_for(form: Form) -> Looked | None:
    """The result of a button of the form that looks something up; None if the form is to be saved."""
    if (search := topic_search(form)) is not None:
        return Looked(form=form, opened=search.card, topics=await asyncio.to_thread(topics_for, search))
    return await asyncio.to_thread(lambda: looked(form, gazetteer))  # the first search of a place reads a file


async def sought_in(apis: ServiceApis, form: Form) -> Mapping[str, SoughtCode]:
    """How many cities look for the subjects and topics of a form, and offer them, by code; empty where not known."""
    return await sought_codes(apis, codes_of([row for kind in PARTS for row in rows_in(form, kind)]))


async def sought_codes(apis: ServiceApis, codes: Sequence[str]) -> Mapping[str, SoughtCode]:
    """How many cities look for each of these subjects and topics, and offer them; empty where not known."""
    if not codes:
        return {}
    found = await if_answered(apis.public_answer(registry.seeking.count(codes=",".join(codes[:_COUNTED]))))
    return {} if found is None else {each.code: each for each in found.items}


def contradictions(request: Request, step: Step, form: Form) -> dict[str, str]:
    """Sentences beside boxes that contradict each other."""
    return {ONLINE_ONLY: gettext_of(request)(_CONTRADICTS)} if step.name == _NEEDS and contradicts_itself(form) else {}


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
        "scripts": _SCRIPTS.get(step.name, ()),
    }
    return page_of(request, template_of(request, frame), status, {**parts, **values})


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
        was_saved = "saved" in request.query_params
        effect, sought = await asyncio.gather(
            _saved_effect(request, account, standing), sought_in(apis_of(request), filled)
        )
        return rendered(standing, filled, was_saved=was_saved, effect=effect, sought=sought)
    if (asked := await asked_for(form.fields)) is not None:
        return rendered(standing, asked.form, found=asked, sought=await sought_in(apis_of(request), asked.form))
    if wrong := contradictions(request, step, form.fields):
        form.refuse(wrong)
        return rendered(standing, form.fields)
    named = partial(step.problems, form=form.fields)
    if form[BUTTON] == _TRY and account.member_kind == "city":
        effect = await form.answer(_tried(request, step, account, standing, form), named)
        return rendered(standing, form.fields, effect=effect, was_tried=not form.is_refused)
    before = await _before(request, account)
    is_saved = await form.done(_save(apis_of(request), step, account, standing, form), named)
    filled = dict(form.fields)
    if form.is_stale:
        standing = await _standing(apis_of(request), account)
        is_saved = step.is_in(standing.profile, form.fields)  # sent again it is there already
        filled["version"] = standing.version
    if not is_saved:
        return rendered(standing, filled)
    was = {} if before is None else before.parameters
    return see_other(f"{request.url.path}?{urlencode({'saved': '1', **was}, doseq=True)}")


async def _saved_effect(request: Request, account: Account, standing: StatedProfile) -> Sequence[KindOfEffect] | None:
    """What the last change did; None unless the address has who fitted before it."""
    query = request.query_params
    before = Before.read({kind: query.get(kind, "") for kind in KINDS}, query.getlist("was"))
    if "saved" not in query or account.member_kind != "city" or before is None:
        return None
    # what is saved is saved, whether or not its effect can be told
    found = await unless(_who_would_fit(request, account, standing, {}), NotAllowed, ChangedMeanwhile)
    return None if found is None else effect_of(before, found)


async def _before(request: Request, account: Account) -> Before | None:
    """Who fits before a change; None where that cannot be told, which keeps no change from being saved."""
    if account.member_kind != "city":
        return None
    now = apis_of(request).send(matching.members.fitting(account.member))
    found = await unless(now, NothingThere, NotAllowed, ServiceAway)
    return None if found is None else Before.of(found)


async def _tried(
    request: Request, step: Step, account: Account, standing: StatedProfile, form: PageForm
) -> Sequence[KindOfEffect] | None:
    """What a change would do; None where that cannot be told now. Raises ChangedMeanwhile, NotAllowed."""
    _version_seen(account, standing, form)
    before, found = await asyncio.gather(
        _before(request, account), _who_would_fit(request, account, standing, step.change(form.fields))
    )
    return None if found is None or before is None else effect_of(before, found)


async def _who_would_fit(
    request: Request, account: Account, standing: StatedProfile, change: Mapping[str, object]
) -> FittingView | None:
    """Who would fit the city with these fields in place of its own, which are not saved.

    None where that cannot be told now. Raises ChangedMeanwhile, and NotAllowed for a change that registry refuses.
    """
    apis = apis_of(request)
    stating = registry.cities.change(account.member, change, version=standing.member_version, dry_run=True)
    stated = await apis.send(stating)
    city = models.CityState.model_validate(stated.model_dump(mode="json"))
    return await unless(apis.send(matching.members.trial(account.member, city)), NothingThere, ServiceAway)


async def _standing(apis: ServiceApis, account: Account) -> StatedProfile:
    member, change = await asyncio.gather(
        read_member(apis, account.member_kind, account.member),
        if_there(apis.send(registry.changes.read(account.member))),
    )
    return StatedProfile.of(member, change)


async def _save(apis: ServiceApis, step: Step, account: Account, standing: StatedProfile, form: PageForm) -> None:
    """Change the version that the form was made from. Raises ChangedMeanwhile, NotAllowed."""
    seen = _version_seen(account, standing, form)
    await change_member(apis, account.member_kind, account.member, step.change(form.fields), seen)


def _version_seen(account: Account, standing: StatedProfile, form: PageForm) -> int:
    """The member's version that the form was made from. Raises ChangedMeanwhile if a change of identity came since."""
    version, _dot, change = form["version"].partition(".")
    seen = number_in(version)
    if change != str(standing.change) or not isinstance(seen, int):
        raise ChangedMeanwhile(account.member_id)
    return seen


def _rendered(
    request: Request,
    step: Step,
    account: Account,
    form: PageForm,
    standing: StatedProfile,
    filled: Form,
    *,
    found: Looked | None = None,
    effect: Sequence[KindOfEffect] | None = None,
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
