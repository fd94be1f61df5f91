"""The golden examples: one complete message per event type, as it was written when the type was released."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from isopolity.contracts import cloudevents
from isopolity.contracts.event import Data, Event

FOLDER = Path(__file__).parents[2] / "contract" / "events" / "golden"


class Example(NamedTuple):
    """A message on its topic."""

    topic: str
    key: str
    headers: dict[str, str]
    data: dict[str, Any]

    @property
    def value(self) -> bytes:
        return json.dumps(self.data).encode()

    @property
    def raw_headers(self) -> list[tuple[str, bytes]]:
        return [(name, text.encode()) for name, text in self.headers.items()]

    def event(self) -> Event[Data]:
        return cloudevents.decode(self.value, self.raw_headers)


def example(event_type: str) -> Example:
    return Example(**json.loads((FOLDER / f"{event_type}.json").read_text("utf-8")))
