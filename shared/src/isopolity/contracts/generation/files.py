"""Which files are generated, and what stands in each."""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

import yaml

from isopolity.contracts.catalogue import EVENT_TYPES, TOPICS
from isopolity.contracts.generation import asyncapi, reference_table
from isopolity.contracts.generation.json_schemas import Json, schema_of

SCHEMAS: Final = PurePosixPath("shared/src/isopolity/contracts/schemas")
ASYNCAPI: Final = PurePosixPath("docs/asyncapi.yaml")
TOPICS_FILE: Final = PurePosixPath("deploy/kafka/topics.yaml")
REFERENCE: Final = PurePosixPath("docs/contracts.md")

_NOTICE: Final = "# Generated from the catalogue: change that and run `make generate`.\n"


class _PlainDumper(yaml.SafeDumper):
    """YAML without anchors, so that each part of the file reads by itself."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def schemas() -> Mapping[PurePosixPath, Json]:
    """The JSON Schema of every event type, by its file."""
    return {SCHEMAS / f"{name}.json": schema_of(event_type) for name, event_type in EVENT_TYPES.items()}


def generated_files(root: Path) -> Mapping[PurePosixPath, str]:
    """The text of every generated file, by its path under `root`, where the page with the tables is read."""
    texts = {path: f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n" for path, schema in schemas().items()}
    texts[ASYNCAPI] = _yaml(asyncapi.document())
    texts[TOPICS_FILE] = _yaml(topics())
    texts[REFERENCE] = reference_table.insert_into((root / REFERENCE).read_text("utf-8"))
    return texts


def _yaml(document: Json) -> str:
    return _NOTICE + yaml.dump(document, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=116)


def topics() -> Json:
    """Every topic with its number of partitions and its settings in Kafka's own words."""
    return {
        "topics": [
            {"name": topic.name, "partitions": topic.partitions, "config": dict(topic.settings)} for topic in TOPICS
        ]
    }
