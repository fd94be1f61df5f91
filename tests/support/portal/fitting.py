"""Matching's answers to the portal on who would fit a member."""

from collections.abc import Sequence
from typing import Any


def fitting(
    cities: Sequence[dict[str, Any]] = (),
    sponsors: Sequence[dict[str, Any]] = (),
    numbers: tuple[int, int] = (0, 0),
    owners: Sequence[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The best of each kind, and how many cities and sponsors would fit a city in all."""
    counts = [
        {
            "kind": kind,
            "partners": 9,
            "fitting": number,
            "text": f"Of 9 {name} {number} would fit you.",
            "ruled_out": [],
        }
        for (kind, name), number in zip((("twinning", "cities"), ("sponsorship", "programmes")), numbers, strict=True)
    ]
    owner = {"programme_id": None, "programme_name": None, "partners": counts, "missing": []}
    return {
        "member_id": "espoo",
        "name": "Espoo",
        "own": [],
        "owners": [owner] if owners is None else list(owners),
        "cities": list(cities),
        "sponsors": list(sponsors),
    }
