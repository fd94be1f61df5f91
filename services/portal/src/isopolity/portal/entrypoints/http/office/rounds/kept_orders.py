"""Rules and settings that are used again: those of a round, changed as a remedy says or not, and those of a template.

Invariant: a round that is started from another one, or from a template, requires and forbids the same pairs, which have
no field in the form.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client import matching
from isopolity.client.matching.models import RoundOrder, TemplateChange, TemplateView
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.rules.members_taken_out import pairs_without, without_members
from isopolity.portal.domain.rules.rule_text import rules_in
from isopolity.portal.domain.typed_values import whole_number
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, as_a_whole
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH
from isopolity.portal.entrypoints.http.office.rounds.gone_members import gone_members
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

TEMPLATES: Final = f"{PATH}/templates"
ORIGINS: Final = ("again", "change", "template")
"""Fields that name the order from which a round is started: a round, the number of its remedy, or a template."""

TAKE_OUT: Final = "take-out"
"""The button that takes members that are gone out of rules and pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOrder:
    """An order that is used again, with its rules as text."""

    order: RoundOrder
    rules: str
    name: str = ""
    """The name of the template that it comes from."""
    gone: Sequence[str] = ()
    """The ids that it names and that are not in the network now."""

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the form that starts a round like it."""
        order = self.order
        return {
            "mode": order.mode,
            **dict.fromkeys(order.kinds, "1"),
            "objective": "",
            "floors": "" if order.floors is not None and not order.floors else "1",
            "seed": f"{order.seed}",
            "keep_drafts": "1" if order.keep_drafts else "",
            "rules": self.rules,
        }

    def pairs(self, taken_out: Collection[str] = ()) -> dict[str, list[Sequence[str]]]:
        """The pairs that it requires and forbids, as an order has them, without those of members that are taken out."""
        document = self.order.model_dump(mode="json")
        left = {name: pairs_without(document[name] or (), taken_out) for name in ("must", "never")}
        return {name: pairs for name, pairs in left.items() if pairs}


async def kept_order(apis: ServiceApis, origin: Mapping[str, str]) -> KeptOrder | None:
    """The order that the fields of ORIGINS name; None where they name none. Raises NothingThere."""
    if round_id := origin.get("again", ""):
        found = await apis.send(matching.rounds.order(round_id))
        if not (number := origin.get("change", "")):
            return KeptOrder(order=found.order, rules=found.rules, gone=found.gone)
        position = whole_number(number)
        if position is None or not 0 < position <= len(found.remedies):
            raise NothingThere(number)
        remedy = found.remedies[position - 1]
        return KeptOrder(order=remedy.order, rules=remedy.rules, gone=found.gone)
    if template_id := origin.get("template", ""):
        template = await _template(apis, template_id)
        return _kept(template)
    return None


def _kept(template: TemplateView) -> KeptOrder:
    return KeptOrder(order=template.order, rules=template.rules, name=template.name, gone=template.gone)


async def _template(apis: ServiceApis, template_id: str) -> TemplateView:
    known = await apis.send(matching.round_templates.list())
    found = next((each for each in known if each.template_id == template_id), None)
    if found is None:
        raise NothingThere(template_id)
    return found


@for_staff
async def templates(request: Request, account: Account) -> Response:
    """The templates by name; POST renames one, deletes it, or takes members that are gone out of it."""
    form, apis = await PageForm.of(request, account), apis_of(request)
    if form.was_sent:
        require_right(request, account, PUBLISH)
        done = form["do"] if form["do"] in ("delete", TAKE_OUT) else "rename"
        if await form.done(_act(form, apis), as_a_whole, may_be_gone=True) or form.is_gone:
            return see_other(f"{TEMPLATES}?done={done}")
    known = await apis.send(matching.round_templates.list())
    named = await gone_members(apis, (each for template in known for each in template.gone))
    by_name = {each.named: each for each in named}
    gone = {each.template_id: [by_name[name] for name in each.gone] for each in known}
    done_before = request.query_params.get("done", "")
    return form.page(request, "office/rounds/templates.html", templates=known, told=done_before, gone=gone)


async def _act(form: PageForm, apis: ServiceApis) -> object:
    """Do with a template what the pressed button says. Raises NothingThere."""
    template_id = form["template"]
    if form["do"] == "delete":
        return await apis.send(matching.round_templates.delete(template_id))
    change: dict[str, object] = {"name": form["name"]}
    if form["do"] == TAKE_OUT:
        template = await _template(apis, template_id)
        change = {"name": template.name, "order": _order_without(template, form["gone"].split())}
    return await apis.send(matching.round_templates.change(template_id, TemplateChange.unchecked(change)))


def _order_without(template: TemplateView, gone: Collection[str]) -> Mapping[str, object]:
    """The order of a template without these members; all else stays."""
    order = template.order.model_dump(mode="json", exclude_unset=True) | {"must": [], "never": []}
    return order | _kept(template).pairs(gone) | {"rules": list(rules_in(without_members(template.rules, gone)))}


routes = [Route(TEMPLATES, templates, methods=["GET", "POST"])]
