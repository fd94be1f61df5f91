"""Members that join in the past, as rows of the demo's files: whole partners, and of requests and twinnings those of
cities that have joined.
"""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Final

from isopolity.client.registry import cities, imports, partners
from isopolity.command.failure import Failure
from isopolity.command.hosting.history.past import Past
from isopolity.command.hosting.history.script import Joining

Files = Callable[[str], Path]
"""The demo's file of a kind of rows."""
_ENDORSED: Final = ("cities", "partners")
_PAGE: Final = 200


async def join(past: Past, wave: Joining, so_far: Sequence[Joining], files: Files) -> None:
    """Let the members of a wave join; `so_far` are all waves up to this one."""
    past.move(wave.days)
    for kind, content in _content(wave, so_far, files).items():
        done = await past.send(imports.create(kind=kind, endorse=kind in _ENDORSED or None), content=content)
        if not done.accepted:
            raise Failure(f"The demo's history cannot import {kind}: {done.problems[0].detail}")
    await past.quiet()
    past.cities |= {each.name: each.city_id for each in (await past.send(cities.list(limit=_PAGE))).items}
    past.partners |= {each.name: each.partner_id for each in (await past.send(partners.list(limit=_PAGE))).items}


def _content(wave: Joining, so_far: Sequence[Joining], files: Files) -> Mapping[str, bytes]:
    lines = files("cities").read_bytes().splitlines(keepends=True)
    known = {_place(line) for each in so_far for line in lines[each.first :: each.every]} - {None}
    found = {"cities": b"".join(lines[wave.first :: wave.every])}
    rows = _rows(files("partners"))
    ids = list(dict.fromkeys(row["registration_id"] for row in rows))[wave.first :: wave.partners_every]
    found["partners"] = _table(row for row in rows if row["registration_id"] in ids)
    found["requests"] = _table(row for row in _rows(files("requests")) if row["city_geonames_id"] in known)
    found["twinnings"] = _table(
        row for row in _rows(files("twinnings")) if {row["a_geonames_id"], row["b_geonames_id"]} <= known
    )
    return {kind: content for kind, content in found.items() if content}


def _place(line: bytes) -> str | None:
    place = json.loads(line).get("geonames_id")
    return None if place is None else str(place)


def _rows(file: Path) -> Sequence[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _table(rows: Iterable[Mapping[str, str]]) -> bytes:
    chosen = list(rows)
    if not chosen:
        return b""
    written = StringIO()
    table = csv.DictWriter(written, list(chosen[0]))
    table.writeheader()
    table.writerows(chosen)
    return written.getvalue().encode()
