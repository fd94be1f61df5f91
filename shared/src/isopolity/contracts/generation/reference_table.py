"""The tables in `docs/contracts.md`, between two markers; what stands outside them is written by hand."""

from datetime import timedelta
from typing import Final

from isopolity.contracts.catalogue import EVENT_TOPICS, dead_letter_topic
from isopolity.contracts.event_types import SERVICES
from isopolity.contracts.free_text import FREE_TEXT
from isopolity.contracts.topic import EventType, Topic

BEGIN: Final = "<!-- generated: make generate -->"
END: Final = "<!-- end of generated -->"


def insert_into(page: str) -> str:
    """`page` with what stands between the markers replaced. Raises ValueError when a marker is missing."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/contracts.md needs the lines {BEGIN} and {END}: put them where the tables belong")
    return f"{before}{BEGIN}\n{reference()}{END}{after}"


def reference() -> str:
    """Topics, event types and free texts as Markdown."""
    topics = [_topic_row(topic) for topic in (*EVENT_TOPICS, *(dead_letter_topic(service) for service in SERVICES))]
    types = [
        f"| `{event.name}` | {event.summary} | {_refs(event)} |" for topic in EVENT_TOPICS for event in topic.types
    ]
    texts = [f"| `{field}` | {reason} |" for field, reason in FREE_TEXT.items()]
    return "\n".join(
        [
            "",
            "### Topics",
            "",
            "| topic | key | partitions | kept | from | to |",
            "|---|---|---|---|---|---|",
            *topics,
            "",
            "### Event types",
            "",
            "| type | when | about |",
            "|---|---|---|",
            *types,
            "",
            "### Free text, and why it is there",
            "",
            "| field | reason |",
            "|---|---|",
            *texts,
            "",
            "",
        ]
    )


def _topic_row(topic: Topic) -> str:
    kept = "compacted" if topic.retention is None else _days(topic.retention)
    consumers = ", ".join(topic.consumers) or "operators"
    return f"| `{topic.name}` | {topic.key} | {topic.partitions} | {kept} | {topic.producer} | {consumers} |"


def _refs(event: EventType) -> str:
    """The fields that hold ids of what the event is about, by kind."""
    return ", ".join(f"{kind} `{path}`" for kind, path in event.refs)


def _days(retention: timedelta) -> str:
    return "1 day" if retention.days == 1 else f"{retention.days} days"
