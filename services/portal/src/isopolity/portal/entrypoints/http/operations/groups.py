"""Groups: events that wait for each, since when and for how many members; partitions, parked events, outboxes.

A group is shown by its own service, else by those whose topics it reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client.operations.models import GroupReport, MemberSample, WaitingReport
from isopolity.contracts.catalogue import GROUPS
from isopolity.portal.entrypoints.http.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.files import table_file, wanted_form
from isopolity.portal.entrypoints.http.known_members import staff_names
from isopolity.portal.entrypoints.http.operations.reports import Reports, away, known, reports_of, with_portal
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, page
from isopolity.tables.text_files import Value

_PATH: Final = f"{FLOW}/groups"
_COLUMNS: Final = (
    *("group", "topic", "partition", "committed", "waiting", "more_may_wait", "members_waiting"),
    *("oldest_since", "held_by"),
)


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


routes = [Route(_PATH, groups)]
