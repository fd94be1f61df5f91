"""Events with planted names, addresses, telephone numbers and answers, wherever a field allows them."""

import json
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from isopolity.contracts.catalogue import EVENT_TYPES, TOPIC_OF_TYPE
from isopolity.messaging.broker import Message

GOLDEN: Final = Path(__file__).parents[2] / "contract" / "events" / "golden"
PLANTED: Final = (
    *("Planted Pekka", "planted@person.example", "+358 40 1234567", "planted secret"),
    *("<script>planted()</script>", "Planted Street 7"),
)
"""Texts that may leave no service."""
ANSWERS: Final = ("later", "pending")
"""Answers that no field holds for another reason."""


@cache
def example(name: str) -> dict[str, Any]:
    """The golden example of a type: key, headers, data."""
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return found


def planted(number: int, service: str, seed: int = 7) -> Sequence[Message]:
    """`number` messages on the topics of a service, each with a planted text."""
    chance = random.Random(seed)
    names = sorted(name for name, topic in TOPIC_OF_TYPE.items() if topic.producer == service)
    return [_message(each, chance.choice(names), chance) for each in range(number)]


def _message(number: int, name: str, chance: random.Random) -> Message:
    known = example(name)
    data: dict[str, Any] = json.loads(json.dumps(known["data"]))
    key_field = EVENT_TYPES[name].key_field
    key = data[key_field] = f"key-{number}"
    headers = {"ce_id": f"e-{number}", "ce_type": name, "ce_subject": key, "ce_source": f"urn:isopolity:{number}"}
    value: bytes | None = None
    text = chance.choice(PLANTED)
    match chance.randrange(8):
        case 0:
            data |= {text: text, "note": [text]}
        case 1:
            _fill(data, text)
        case 2:
            key = headers["ce_subject"] = f"{text} {number}"
        case 3:
            headers |= {"note": text, "ce_id": text, "ce_correlationid": text, text: "x"}
        case 4:
            value = chance.choice([text.encode(), b"\xff\xfe" + text.encode(), b"[" * 20_000, b"{" + text.encode()])
        case 5:
            data["version"] = text
        case 6:
            headers["ce_type"] = f"isopolity.{text}"
        case _:
            _answer(data, chance.choice(ANSWERS))
    body = json.dumps(data).encode() if value is None else value
    return Message(TOPIC_OF_TYPE[name].name, key, body, [(name, text.encode()) for name, text in headers.items()])


def _fill(document: Any, text: str) -> None:
    """Put the text into each free text."""
    for name, value in list(document.items()) if isinstance(document, dict) else []:
        if name in ("about", "web", "description", "purpose", "eligibility", "payee", "registration_id", "text"):
            document[name] = text
        elif name == "parameters":
            document[name] = {text: text}
        for each in value if isinstance(value, list) else [value]:
            _fill(each, text)


def _answer(document: dict[str, Any], answer: str) -> None:
    for each in [document, *document.get("sides", ())]:
        if "answer" in each or each is not document:
            each["answer"] = answer
