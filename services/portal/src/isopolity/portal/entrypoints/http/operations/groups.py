"""Groups of consumers: events that wait for each, since when and for how many members; partitions, parked events,
outboxes; and one group, which visitors with the right pause, resume, and reset to another place.

A group is shown by its own service, else by those whose topics it reads.

Invariant: an order goes to the service that runs the group, with a reason that its audit keeps. What was typed stays;
nothing is moved but by the second button, with the name of the group.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client.operations import groups as groups_api
from isopolity.client.operations.models import GroupReport, MemberSample, Reset, ResetReport, Turning, WaitingReport
from isopolity.contracts.catalogue import GROUPS, Group
from isopolity.messaging.scanning.conditions import moment_of
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.entrypoints.http.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.files import table_file, wanted_form
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.known_members import staff_names
from isopolity.portal.entrypoints.http.operations.reports import Reports, away, known, reports_of, with_portal
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other
from isopolity.tables.text_files import Value
from isopolity.web.operations.troubles import without_canaries

_PATH: Final = f"{FLOW}/groups"
_COLUMNS: Final = (
    *("group", "topic", "partition", "committed", "waiting", "more_may_wait", "members_waiting"),
    *("oldest_since", "held_by"),
)


_SHORTEST: Final = 3
"""Characters of a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group of the catalogue, and what is told of it; by several where its service does not answer."""

    name: str
    service: str
    reports: Sequence[GroupReport]
    is_seen_from_outside: bool

    @property
    def topics(self) -> Sequence[WaitingReport]:
        """The events that wait, topic by topic."""
        return [topic for report in self.reports for topic in report.topics]

    @property
    def members(self) -> Sequence[MemberSample]:
        """The processes in the group."""
        return self.reports[0].members if self.reports else ()

    def holder(self, topic: str, partition: int) -> str | None:
        """The process that holds a partition."""
        for member in self.members:
            for held in member.held:
                if held.topic == topic and partition in held.partitions:
                    return member.client
        return None


def group_views(reports: Reports) -> Sequence[GroupView]:
    """All groups of the catalogue."""
    return [
        GroupView(
            name=group.name,
            service=group.service,
            reports=list(_reports(group.name, group.service, reports)),
            is_seen_from_outside=reports[group.service] is None,
        )
        for group in GROUPS
    ]


def _reports(name: str, service: str, reports: Reports) -> Iterator[GroupReport]:
    own = reports[service]
    sources = [own.consumers] if own is not None else [each.readers for each in reports.values() if each]
    yield from (group for groups in sources for group in groups if group.group == name)


@for_operators
async def groups(request: Request, _account: Account) -> Response:
    """All groups; or the file of their partitions."""
    form = wanted_form(request)
    reports = await reports_of(request)
    views = group_views(reports)
    if form is not None:
        return await table_file(form, "groups", _COLUMNS, [row for view in views for row in _rows(view)])
    is_paused = any(report.paused_at for view in views for report in view.reports)
    return page(
        request,
        "operations/groups.html",
        groups=views,
        people=await staff_names(request) if is_paused else {},
        reports=known(reports),
        with_portal=await with_portal(request, reports),
        away=away(reports),
    )


def _rows(view: GroupView) -> Iterator[list[Value]]:
    for topic in view.topics:
        for each in topic.partitions:
            oldest_at = each.model_dump(mode="json")["oldest_at"]
            yield [
                *(view.name, topic.topic, each.partition, each.committed, each.records, each.more),
                *(each.members, oldest_at, view.holder(topic.topic, each.partition)),
            ]


class WrongField(ValueError):
    """A problem of one field of the form, by the field's name and a code of the page."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field = field
        self.code = code


class WrongConfirmation(WrongField):
    """The order itself can be given; the typed name or the reason does not confirm it."""


def order_of(form: Mapping[str, str], group: Group, *, is_preview: bool) -> Reset:
    """The order for the service. Raises WrongField, of it WrongConfirmation for what a preview does not need."""
    to = form.get("to", "")
    if to not in ("start", "end", "offset", "moment"):
        raise WrongField("to", "choose")
    order = Reset(topic=form.get("topic", ""), to=to, dry_run=is_preview)
    if form.get("partition", "").strip():
        order = order.model_copy(update={"partition": _number(form, "partition")})
    if to == "offset":
        order = order.model_copy(update={"offset": _number(form, "offset")})
    if to == "moment":
        if (moment := moment_of(form.get("moment", "").strip())) is None:
            raise WrongField("moment", "moment")
        order = order.model_copy(update={"moment": moment})
    if is_preview:
        return order
    if form.get("typed_name", "").strip() != group.name:
        raise WrongConfirmation("typed_name", "name")
    if len(reason := form.get("reason", "").strip()) < _SHORTEST:
        raise WrongConfirmation("reset-reason", "reason")
    return order.model_copy(update={"typed_name": group.name, "reason": reason})


def _number(form: Mapping[str, str], field: str) -> int:
    text = form.get(field, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise WrongField(field, "number")
    return int(text)


@for_operators
async def group(request: Request, _account: Account) -> Response:
    """One group; and what is done with it."""
    found = next((each for each in GROUPS if each.name == request.path_params["name"]), None)
    if found is None:
        raise NothingThere(request.path_params["name"])
    form = await PageForm.of(request)
    if not form.was_sent:
        return await _group_page(request, found, form)
    if form["do"] in ("preview", "reset"):
        return await _reset(request, found, form)
    return await _switched(request, found, form)


async def _reset(request: Request, found: Group, form: PageForm) -> Response:
    """The preview, or the reset; one that is refused, or not confirmed, shows the preview again."""
    faults, is_preview = dict[str, str](), form["do"] == "preview"
    try:
        order = order_of(form.fields, found, is_preview=is_preview)
    except WrongField as wrong:
        faults = {wrong.field: wrong.code}
        form.refuse(faults)
        if not isinstance(wrong, WrongConfirmation):
            return await _group_page(request, found, form, faults)
    else:
        if not is_preview:
            if await form.done(_ordered(request, found, order)):
                return see_other(f"{_PATH}/{found.name}?done=reset")
            faults = {"reset": form.sentence}
    plan = await form.answer(_ordered(request, found, order_of(form.fields, found, is_preview=True)))
    if plan is None:
        faults = {"reset": form.sentence} | faults
    return await _group_page(request, found, form, faults, plan)


async def _ordered(request: Request, found: Group, order: Reset) -> ResetReport:
    return await apis_of(request).send(groups_api.reset(found.service, found.name, order), is_long=True)


async def _switched(request: Request, found: Group, form: PageForm) -> Response:
    act, turn = ("resume", groups_api.resume) if form["do"] == "resume" else ("pause", groups_api.pause)
    if len(form["reason"]) < _SHORTEST:
        form.refuse({"": ""})
    elif await form.done(apis_of(request).send(turn(found.service, found.name, Turning(reason=form["reason"])))):
        return see_other(f"{_PATH}/{found.name}?done={act}")
    return await _group_page(request, found, form, {act: form.sentence})


async def _group_page(
    request: Request,
    found: Group,
    form: PageForm,
    faults: Mapping[str, str] | None = None,
    plan: ResetReport | None = None,
) -> Response:
    reports = await reports_of(request)
    views = group_views(reports)
    view = next(view for view in views if view.name == found.name)
    waits = without_canaries(view.topics)
    return form.page(
        request,
        "operations/group.html",
        group=view,
        is_away=reports[found.service] is None,
        is_counted=_is_counted(view, reports),
        reports=known({found.service: reports[found.service]} if reports[found.service] else reports),
        waiting=sum(topic.lag for topic in waits),
        untyped=sum(topic.untyped for topic in waits),
        people=await staff_names(request) if any(report.acts for report in view.reports) else {},
        faults=faults or {},
        typed=form.fields,
        done=request.query_params.get("done", ""),
        topics=found.topics,
        plan=plan,
    )


def _is_counted(view: GroupView, reports: Reports) -> bool:
    """Whether the waiting events of the group were counted since the last order."""
    report, acts = reports[view.service], [act for each in view.reports for act in each.acts]
    if report is None or not acts:
        return True
    return report.sampled_at is not None and report.sampled_at > max(act.at for act in acts)


routes = [Route(_PATH, groups), Route(f"{_PATH}/{{name}}", group, methods=["GET", "POST"])]
