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
from isopolity.portal.domain.rules.members_taken_out import pairs_without
from isopolity.portal.domain.typed_values import whole_number
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, as_a_whole
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

TEMPLATES: Final = f"{PATH}/templates"
ORIGINS: Final = ("again", "change", "template")
"""Fields that name the order from which a round is started: a round, the number of its remedy, or a template."""


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
        return KeptOrder(order=template.order, rules=template.rules, name=template.name, gone=template.gone)
    return None


async def _template(apis: ServiceApis, template_id: str) -> TemplateView:
    known = await apis.send(matching.round_templates.list())
    found = next((each for each in known if each.template_id == template_id), None)
    if found is None:
        raise NothingThere(template_id)
    return found


@for_staff
async def templates(request: Request, account: Account) -> Response:
    """The templates by name; POST renames one, or deletes it."""
    form, apis = await PageForm.of(request, account), apis_of(request)
    if form.was_sent:
        require_right(request, account, PUBLISH)
        template_id = form["template"]
        change = TemplateChange.unchecked({"name": form["name"]})
        act = (
            matching.round_templates.delete(template_id)
            if form["do"] == "delete"
            else matching.round_templates.change(template_id, change)
        )
        done = await form.done(apis.send(act), as_a_whole, may_be_gone=True)
        if done or form.is_gone:
            return see_other(f"{TEMPLATES}?done={'delete' if form['do'] == 'delete' else 'rename'}")
    known = await apis.send(matching.round_templates.list())
    done_before = request.query_params.get("done", "")
    return form.page(request, "office/rounds/templates.html", templates=known, told=done_before)


routes = [Route(TEMPLATES, templates, methods=["GET", "POST"])]
