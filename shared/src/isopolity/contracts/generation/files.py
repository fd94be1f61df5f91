"""The generated files and their text; the tables in `docs/contracts.md`, between two markers; stale files."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES, TOPICS, dead_letter_topic
from isopolity.contracts.event_types import SERVICES
from isopolity.contracts.generation import asyncapi
from isopolity.contracts.generation.json_schemas import Json, reference_of, shared_schema_of
from isopolity.contracts.masked_fields import FREE_TEXT
from isopolity.contracts.topic import EventType, Topic

SCHEMAS: Final = PurePosixPath("shared/src/isopolity/contracts/schemas")
ASYNCAPI: Final = PurePosixPath("docs/asyncapi.yaml")
TOPICS_FILE: Final = PurePosixPath("deploy/kafka/topics.yaml")
REFERENCE: Final = PurePosixPath("docs/contracts.md")

_NOTICE: Final = "# Generated from the catalogue: change that and run `make generate`.\n"


class _PlainDumper(yaml.SafeDumper):
    """YAML without anchors, so that each part of the file reads by itself."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@cache
def schemas() -> Mapping[PurePosixPath, Json]:
    """The JSON Schema of all data, once for all event types that share it, and of every type, by their files."""
    shared = {SCHEMAS / f"{each.data.__name__}.json": shared_schema_of(each.data) for each in EVENT_TYPES.values()}
    return shared | {SCHEMAS / f"{name}.json": reference_of(each) for name, each in EVENT_TYPES.items()}


def generated_files(root: Path) -> Mapping[PurePosixPath, str]:
    """The text of every generated file, by its path under `root`, where the page with the tables is read."""
    texts = {path: f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n" for path, schema in schemas().items()}
    texts[ASYNCAPI] = _asyncapi_text()
    texts[TOPICS_FILE] = _yaml(topics())
    texts[REFERENCE] = insert_into((root / REFERENCE).read_text("utf-8"))
    return texts


def stale(root: Path, files: Mapping[PurePosixPath, str]) -> Iterator[str]:
    """A sentence for each of these generated files that is missing under `root` or has another text."""
    for path, text in files.items():
        file = root / path
        if not file.exists():
            yield f"{path} is missing: run `make generate`."
        elif file.read_text("utf-8") != text:
            yield f"{path} is stale: run `make generate`."


def write(root: Path, files: Mapping[PurePosixPath, str]) -> None:
    """Write these generated files under `root`; those that are current stay untouched."""
    for path, text in files.items():
        file = root / path
        if not file.exists() or file.read_text("utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")


@cache
def _asyncapi_text() -> str:
    return _yaml(asyncapi.document())


def _yaml(document: Json) -> str:
    return _NOTICE + yaml.dump(document, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=116)


def topics() -> Json:
    """Every topic with its number of partitions and its settings in Kafka's own words."""
    return {
        "topics": [
            {"name": topic.name, "partitions": topic.partitions, "config": dict(topic.settings)} for topic in TOPICS
        ]
    }


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
