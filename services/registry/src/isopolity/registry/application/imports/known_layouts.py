"""Layouts that staff has chosen for files of a kind, by their headings: the next file with the same ones is read so.

Invariant: they hold no cell of a file; headings are kept as a digest alone.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from isopolity.machine import periods

KEPT: Final = periods.IMPORT_LAYOUT
"""How long a layout is kept after its last use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLayout:
    """The columns of headings, and how cells below them are written."""

    kind: str
    headings: str
    """See `digest_of_headings`."""
    used_at: datetime
    columns: Sequence[str | None]
    constants: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    repeated: Sequence[str] = ()


class KnownLayouts(Protocol):
    """Stores layouts."""

    async def put(self, layout: KnownLayout) -> None:
        """Store the layout, in place of an earlier one for the same headings."""

    async def of(self, kind: str, headings: Collection[str]) -> Mapping[str, KnownLayout]:
        """The layouts for any of these headings, by headings."""


def digest_of_headings(titles: Sequence[str]) -> str:
    """SHA-256 of a line of headings, in hex."""
    return sha256(json.dumps(list(titles)).encode()).hexdigest()
