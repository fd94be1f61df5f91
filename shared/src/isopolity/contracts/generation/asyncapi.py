"""The AsyncAPI 3 document: a channel per topic, a message per event type, an operation per service and direction."""

from importlib.metadata import version
from typing import Any, Final

from isopolity.contracts.catalogue import EVENT_TOPICS, EVENT_TYPES, TOPICS
from isopolity.contracts.generation.json_schemas import Json
from isopolity.contracts.topic import EventType, Topic

_BINDING: Final = "0.5.0"
_SCHEMAS: Final = "../shared/src/isopolity/contracts/schemas"
_DEAD_LETTER: Final = "dead-letter"

_ATTRIBUTES: Final[dict[str, str]] = {
    "ce_specversion": "The version of CloudEvents",
    "ce_id": "A UUIDv7, unique with ce_source; what de-duplication goes by",
    "ce_source": "The service that wrote the event",
    "ce_type": "The event type, isopolity.<service>.<subject>.<past tense>.v<major>",
    "ce_time": "When it happened, RFC 3339",
    "ce_subject": "The id of the aggregate, also the message's key",
    "ce_dataschema": "The URN of the JSON Schema of the data",
    "content-type": "The media type of the data",
    "ce_correlationid": "The id of the first cause of the chain; the event's own id where it is missing",
    "ce_causationid": "The id of the direct cause",
    "traceparent": "W3C Trace Context, as OpenTelemetry writes it",
}
_OPTIONAL: Final = frozenset({"ce_dataschema", "content-type", "ce_correlationid", "ce_causationid", "traceparent"})

_DEAD_LETTER_FACTS: Final = {
    "reason": "A code: why it was given up",
    "detail": "A sentence: what is wrong, without any value of the event",
    "topic": "The topic it came from",
    "partition": "The partition it came from",
    "offset": "Its offset there",
    "group": "The consumer group that gave it up",
    "time": "When it was given up, RFC 3339",
    "written": "When the original was written to its topic, RFC 3339; missing or empty from an earlier release",
    "digest": "Empty; where the original is too large to be kept, its SHA-256: key and value are then its beginning",
    "event": "Empty; where the original is too large to be kept, the id of its event",
}


def document() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Isopolity events",
            "version": version("isopolity-shared"),
            "description": "Generated from the catalogue by `make generate`. Nothing personal is in any event.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "variables": {"bootstrap": {"default": "kafka:9092", "description": "host:port of a Kafka broker"}},
            }
        },
        "channels": {_short(topic): _channel(topic) for topic in TOPICS},
        "operations": {name: operation for topic in TOPICS for name, operation in _operations(topic).items()},
        "components": {
            "messages": {
                **{event.name: _message(topic, event) for topic in EVENT_TOPICS for event in topic.types},
                _DEAD_LETTER: _dead_letter(),
            },
            "schemas": {"headers": _headers()},
        },
    }


def _short(topic: Topic) -> str:
    return topic.name.removeprefix("isopolity.")


def _names(topic: Topic) -> list[str]:
    return [event.name for event in topic.types] or [_DEAD_LETTER]


def _channel(topic: Topic) -> Json:
    settings: dict[str, Any] = {"cleanup.policy": [topic.settings["cleanup.policy"]]}
    if "retention.ms" in topic.settings:
        settings["retention.ms"] = int(topic.settings["retention.ms"])
    kafka = {"partitions": topic.partitions, "topicConfiguration": settings, "bindingVersion": _BINDING}
    return {
        "address": topic.name,
        "description": f"Keyed by {topic.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _names(topic)},
        "bindings": {"kafka": kafka},
    }


def _operations(topic: Topic) -> dict[str, Json]:
    channel = f"#/channels/{_short(topic)}"
    body = {
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in _names(topic)],
    }
    sends = {f"{topic.producer}.sends.{_short(topic)}": {"action": "send", **body}}
    receives = {f"{service}.receives.{_short(topic)}": {"action": "receive", **body} for service in topic.consumers}
    return sends | receives


def _message(topic: Topic, event: EventType) -> Json:
    fixed = {"ce_type": {"const": event.name}, "ce_dataschema": {"const": event.dataschema}}
    what = topic.key if event.key_field == topic.key_field else "key of a partition"
    key = {"type": "string", "description": f"The {what}: the field {event.key_field} of the data"}
    return {
        "name": event.name,
        "summary": event.summary,
        "contentType": "application/json",
        "headers": {"allOf": [{"$ref": "#/components/schemas/headers"}, {"type": "object", "properties": fixed}]},
        "payload": {"$ref": f"{_SCHEMAS}/{event.data.__name__}.json"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {"kafka": {"key": key, "bindingVersion": _BINDING}},
    }


def _dead_letter() -> Json:
    return {
        "name": _DEAD_LETTER,
        "summary": "What a service could not process: value, key and headers as they came, the reason in more headers",
        "headers": {
            "type": "object",
            "properties": {
                f"isopolity_dead_letter_{name}": {"type": "string", "description": text}
                for name, text in _DEAD_LETTER_FACTS.items()
            },
            "additionalProperties": {"type": "string"},
        },
        "payload": {"description": "The original value, whatever it is; of one too large its first bytes"},
        "bindings": {
            "kafka": {"key": {"type": "string", "description": "The original key"}, "bindingVersion": _BINDING}
        },
    }


def _headers() -> Json:
    fields: dict[str, Json] = {name: {"type": "string", "description": text} for name, text in _ATTRIBUTES.items()}
    fields["ce_specversion"]["const"] = "1.0"
    fields["ce_type"]["enum"] = list(EVENT_TYPES)
    fields["ce_time"]["format"] = "date-time"
    fields["content-type"]["const"] = "application/json"
    return {
        "type": "object",
        "description": "CloudEvents 1.0, Kafka protocol binding, binary mode",
        "required": [name for name in fields if name not in _OPTIONAL],
        "properties": fields,
    }
