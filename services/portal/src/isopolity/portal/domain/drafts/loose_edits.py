"""Which edits of a draft improving the rest may take back: those whose pairs are neither pinned nor forbidden since.

Invariant: an edit that was undone, or was there when the rest was improved last, is none of them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

_LOOSE: Final = ("leave-out", "put-in", "replace")
_FAST: Final = ("pin", "forbid", "free")


def loose_edits(edits: Iterable[Mapping[str, Any]]) -> int:
    """How many of these edits, in their order, improving may take back."""
    told = list(edits)
    undone = {edit["undoes"] for edit in told}
    by_pair: dict[tuple[str, str], int] = {}
    for edit in told:
        if edit["number"] in undone:
            continue
        if edit["act"] == "improve":
            by_pair.clear()
        for pair in filter(None, (edit["pair"], edit["by_pair"])):
            key = (pair["a"], pair["b"])
            if edit["act"] in _LOOSE:
                by_pair[key] = edit["number"]
            elif edit["act"] in _FAST:
                by_pair.pop(key, None)
    return len(set(by_pair.values()))
