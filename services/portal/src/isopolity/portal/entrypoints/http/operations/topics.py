"""Topics: what is on the log, who writes it, who reads it, and how long it is kept, as a page or a file; and
contracts, the types of events with their schemas.

Invariant: names, readers and contracts come from the catalogue, so each topic is listed although a service is away;
only the figures of that service are left out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client.operations.models import TopicReport
from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES, GROUPS, TOPIC_OF_TYPE, TOPICS
from isopolity.contracts.generation.json_schemas import example_of, schema_of
from isopolity.contracts.masked_fields import field_names, is_masked
from isopolity.contracts.topic import Topic
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.domain.drawings import trend_line
from isopolity.portal.entrypoints.http.admission import FLOW, for_operators
from isopolity.portal.entrypoints.http.files import table_file, wanted_form
from isopolity.portal.entrypoints.http.operations.reports import Reports, away, known, reports_of
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, page
from isopolity.tables.text_files import Value

_PATH: Final = f"{FLOW}/topics"
_COLUMNS: Final = (
    *("topic", "producer", "read_by", "partitions", "kept_days", "records", "events_a_minute", "last_event_at"),
)
_CONTRACTS: Final = f"{FLOW}/contracts"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow:
    """A topic of the catalogue, and its publisher's report of it."""

    name: str
    producer: str
    readers: Sequence[str]
    """Services that read it."""
    without_group: Sequence[str]
    """The services among the readers that read without a group."""
    partitions: int
    kept_days: int | None
    """Days for which an event is kept; None where the topic is compacted."""
    report: TopicReport | None
    """The report of `/streams`; None where its service gives none."""
    line: str

    @property
    def records(self) -> int | None:
        """How many records may lie there, those included that compaction took away; None without a report."""
        return None if self.report is None else sum(each.end - each.start for each in self.report.partitions)


def readers_without_group(topic: Topic) -> Sequence[str]:
    """The services that read a topic, but with no consumer group."""
    in_groups = {group.service for group in GROUPS if topic.name in group.topics}
    return [service for service in topic.consumers if service not in in_groups]


def topic_rows(reports: Reports) -> Sequence[TopicRow]:
    """All topics of the catalogue, in its order; those of dead letters have a page of their own."""
    known_topics = {
        topic.topic: topic
        for service, report in reports.items()
        if report is not None
        for topic in report.topics
        if topic.topic.startswith(f"isopolity.{service}.")
    }
    rows = []
    for topic in EVENT_TOPICS:
        found = known_topics.get(topic.name)
        trend = found.trend if found else ()
        rows.append(
            TopicRow(
                name=topic.name,
                producer=topic.producer,
                readers=topic.consumers,
                without_group=readers_without_group(topic),
                partitions=len(found.partitions) if found and found.partitions else topic.partitions,
                kept_days=None if topic.retention is None else topic.retention.days,
                report=found,
                line=trend_line(trend) if any(trend) else "",
            )
        )
    return rows


@for_operators
async def topics(request: Request, _account: Account) -> Response:
    """All topics; or the file of them."""
    form = wanted_form(request)
    reports = await reports_of(request)
    rows = topic_rows(reports)
    if form is not None:
        return await table_file(form, "topics", _COLUMNS, [_cells(row) for row in rows])
    return page(
        request,
        "operations/topics.html",
        rows=rows,
        dead_letters=len(TOPICS) - len(EVENT_TOPICS),
        away=away(reports),
        reports=known(reports),
    )


def _cells(row: TopicRow) -> list[Value]:
    report = row.report
    return [
        *(row.name, row.producer, "; ".join(row.readers), row.partitions),
        *("compacted" if row.kept_days is None else row.kept_days, row.records, report.per_minute if report else None),
        report.last_event_at.isoformat() if report and report.last_event_at else None,
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicContract:
    """A topic of the catalogue."""

    topic: Topic

    @property
    def without_group(self) -> Sequence[str]:
        """Services that read it without a consumer group."""
        return readers_without_group(self.topic)

    @property
    def days(self) -> int | None:
        """How long an event is kept; None where the latest of each key is."""
        return None if self.topic.retention is None else self.topic.retention.days


@for_operators
async def contracts(request: Request, _account: Account) -> Response:
    """All topics with their types."""
    found = [TopicContract(topic=topic) for topic in EVENT_TOPICS]
    return page(request, "operations/contracts.html", contracts=found)


@for_operators
async def contract(request: Request, _account: Account) -> Response:
    """One type: its fields, which of them are masked, its schema, and an example."""
    event_type = EVENT_TYPES.get(request.path_params["type"])
    if event_type is None:
        raise NothingThere(request.path_params["type"])
    names = list(field_names(event_type.data))
    return page(
        request,
        "operations/contract.html",
        event_type=event_type,
        contract=TopicContract(topic=TOPIC_OF_TYPE[event_type.name]),
        masked=[name for name in names if is_masked(name.split("."), event_type.data)],
        schema=json.dumps(schema_of(event_type), ensure_ascii=False, indent=2),
        example=json.dumps(example_of(event_type), ensure_ascii=False, indent=2),
    )


routes = [Route(_PATH, topics), Route(_CONTRACTS, contracts), Route(f"{_CONTRACTS}/{{type}}", contract)]
