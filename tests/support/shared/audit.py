"""An audit for tests, in place of the table."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class FakeAudit:
    """Remembers what was noted: kind, id, and facts."""

    is_bulk: bool = False
    noted: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def note(self, kind: str, identifier: str, **facts: Any) -> None:
        self.noted.append((kind, identifier, facts))
