"""A round is started: its mode and kinds, its objective, and rules, which are written as sentences and told back first.

It ends in a draft, whatever the network sends by itself. Invariant: what was typed stays in the form, whatever is wrong
with it; only the button “Start” starts a round, and not while a sentence is being written.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from isopolity.client import matching
from isopolity.client.matching.models import CheckedRules, RoundOrder, RulesText, TemplateOrder
from isopolity.portal.domain.rules.members_taken_out import without_members
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff, for_staff_to, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, Problems, as_a_whole
from isopolity.portal.entrypoints.http.forms.uploads import file_of
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH
from isopolity.portal.entrypoints.http.office.rounds.gone_members import gone_members
from isopolity.portal.entrypoints.http.office.rounds.kept_orders import (
    ORIGINS,
    TAKE_OUT,
    TEMPLATES,
    KeptOrder,
    kept_order,
)
from isopolity.portal.entrypoints.http.office.rounds.rule_sentences import Composer, Sentences
from isopolity.portal.entrypoints.http.office.rounds.summary import act_on_round
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, language_of, see_other

NEW: Final = f"{PATH}/new"
BODY_LIMIT: Final = 1_000_000
_KINDS: Final = ("twinning", "sponsorship")
_NAMES: Final = ("mode", *_KINDS, "objective", "rules", "floors", "seed", "keep_drafts", "name", "taken_out", *ORIGINS)
_FIRST: Final = {"mode": "quick", "twinning": "1", "sponsorship": "1", "floors": "1", "seed": "0"}
_LARGEST: Final = 200_000
"""Bytes of a file of rules."""
_SEEDS: Final = 2**31
_START: Final = "start"
_SAVE: Final = "save"


@for_staff
async def start(request: Request, account: Account) -> Response:
    """The form, with its rules read back; POST with “Start” starts the round and leads to its page."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _opened(request, form)
    if form["do"] in (_START, _SAVE):
        require_right(request, account, PUBLISH)
    filled = {name: form.fields.get(name, "") for name in _NAMES}
    problems = await _with_file(request, filled)
    apis = apis_of(request)
    composer = Composer.of(form.fields, filled["rules"], language_of(request))
    await composer.act(form.fields, apis)
    filled["rules"] = composer.text
    kept = await kept_order(apis, filled)
    text = RulesText(text=filled["rules"][:_LARGEST])
    checked = await apis.acting_for("").send(matching.rules.check(text))
    gone = _gone(filled, checked, kept)
    if form["do"] == TAKE_OUT and gone and not composer.is_open:
        filled["rules"] = composer.text = without_members(filled["rules"], gone)
        filled["taken_out"] = " ".join([*filled["taken_out"].split(), *gone])
        checked = await apis.acting_for("").send(matching.rules.check(RulesText(text=filled["rules"])))
    problems |= _problems(filled, checked) | composer.problems
    if form["do"] == _START and gone:
        problems[""] = "No round was started. The rules or pairs name a member that is not in the network."
    if composer.is_open and form["do"] in (_START, _SAVE, TAKE_OUT):
        problems["rule"] = "This rule is not added yet. Add it, or leave it."
    if problems:
        form.refuse(problems)
    if form["do"] not in (_START, _SAVE) or form.is_refused:
        return await _rendered(request, form, filled, checked, kept, composer)
    order = _order(filled, checked.order or {}, kept)
    if form["do"] == _SAVE:
        named = TemplateOrder.unchecked({"name": filled["name"].strip(), "order": order})
        if await form.done(apis.send(matching.round_templates.create(named)), _of_name):
            return see_other(f"{TEMPLATES}?done=save")
        return await _rendered(request, form, filled, checked, kept, composer)
    begun = await form.answer(apis.send(matching.rounds.create(order)), as_a_whole)
    if begun is None:
        return await _rendered(request, form, filled, checked, kept, composer)
    return see_other(f"{PATH}/{begun.round_id}")


async def _opened(request: Request, form: PageForm) -> Response:
    """The form as it is opened: as it was typed before, from a kept order, or empty; kept rules are read back."""
    origin = form.fields or {name: request.query_params.get(name, "") for name in ORIGINS}
    apis = apis_of(request)
    kept = await kept_order(apis, origin)
    filled = dict(form.fields or ({**kept.fields, **origin} if kept else _FIRST))
    text = filled.get("rules", "")
    composer = Composer.of(form.fields, text, language_of(request))
    await composer.name(apis)
    checked = None
    if text.strip():
        checked = await apis.acting_for("").send(matching.rules.check(RulesText(text=text[:_LARGEST])))
    return await _rendered(request, form, filled, checked, kept, composer)


def _of_name(faults: Mapping[str, str]) -> Problems:
    """A refusal of the name beside its field."""
    return {"name": faults["/name"]} if "/name" in faults else {}


@for_staff_to(PUBLISH)
async def cancel(request: Request, _account: Account) -> Response:
    """A round that waits or is computed is called off."""
    return await act_on_round(request, matching.rounds.cancel(request.path_params["round_id"]))


async def _with_file(request: Request, filled: dict[str, str]) -> dict[str, str]:
    """Put the text of the file that was picked in the place of the rules; what is wrong with it, by field."""
    file = await file_of(request, "file")
    if file is None:
        return {}
    content = await file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        return {"file": "This file is too large. Choose another one."}
    try:
        filled["rules"] = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {"file": "This file is not text in UTF-8. Save it as UTF-8, or paste its text into the field."}
    return {}


def _problems(filled: Mapping[str, str], checked: CheckedRules) -> dict[str, str]:
    found = {"rules": " ".join(checked.faults)} if checked.faults else {}
    if len(filled["rules"]) > _LARGEST:
        found["rules"] = "These are too many rules. Shorten the text."
    if not any(filled[kind] for kind in _KINDS):
        found["twinning"] = "Choose at least one kind of pairs."
    seed = filled["seed"].strip() or "0"
    if not (seed.isascii() and seed.isdigit() and int(seed) < _SEEDS):
        found["seed"] = "Give a whole number below 2147483648, such as 7."
    return found


def _order(filled: Mapping[str, str], of_file: Mapping[str, object], kept: KeptOrder | None) -> RoundOrder:
    """The order of the round; an objective that was chosen counts more than that of the file."""
    order = {
        **of_file,
        **({} if kept is None else kept.pairs(filled["taken_out"].split())),
        "seed": int(filled["seed"].strip() or "0"),
        "mode": "exact" if filled["mode"] == "exact" else "quick",
        "kinds": [kind for kind in _KINDS if filled[kind]],
        "draft": True,
        "keep_drafts": bool(filled["keep_drafts"]),
    }
    if not filled["floors"]:
        order["floors"] = []
    return RoundOrder.unchecked(order | ({"objective": filled["objective"]} if filled["objective"] else {}))


def _gone(filled: Mapping[str, str], checked: CheckedRules | None, kept: KeptOrder | None) -> Sequence[str]:
    """The ids in rules and kept pairs that are not in the network now, without those that were taken out already."""
    named = {each for pairs in (kept.pairs() if kept else {}).values() for pair in pairs for each in pair}
    of_pairs = [each for each in (kept.gone if kept else ()) if each in named]
    found = dict.fromkeys([*(checked.gone if checked else ()), *of_pairs])
    return [each for each in found if each not in filled.get("taken_out", "").split()]


async def _rendered(
    request: Request,
    form: PageForm,
    filled: Mapping[str, str],
    checked: CheckedRules | None,
    kept: KeptOrder | None,
    composer: Composer,
) -> Response:
    is_priced = form["do"] == "check" or bool(form["drop"])
    apis = apis_of(request)
    told = await Sentences.of(composer, filled, checked, apis, is_priced=is_priced)
    return form.page(
        request,
        "office/rounds/start.html",
        filled={**filled, **composer.fields},
        checked=checked,
        kept=kept,
        origins=(*ORIGINS, "taken_out"),
        gone=await gone_members(apis, _gone(filled, checked, kept)),
        taken_out=await gone_members(apis, filled.get("taken_out", "").split()),
        pairs={} if kept is None else kept.pairs(filled.get("taken_out", "").split()),
        composer=composer,
        told=told.told,
        trial=told.trial,
    )


routes = [Route(NEW, start, methods=["GET", "POST"]), Route(f"{PATH}/{{round_id}}/cancel", cancel, methods=["POST"])]
