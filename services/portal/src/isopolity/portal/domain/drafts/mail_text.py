"""The text of a mail for a page, which breaks lines where it is narrow: those of the mail's own width are joined again.

Invariant: no word is changed; a line that the mail ends by itself stays a line.
"""

import re
from itertools import pairwise
from typing import Final

_WIDTH: Final = 76
"""Characters of a line in a mail, at which notify breaks it."""
_BEGINS: Final = re.compile(r"\s*(?:(?:-|\d+\.) .*)?")
"""A line that is empty, or begins an entry of a list."""


def unwrapped(text: str) -> str:
    """The text without the breaks that only keep lines short."""
    lines = text.split("\n")
    parts = lines[:1]
    for line, following in pairwise(lines):
        if _is_broken(line, following):
            parts.append(f" {following.strip()}")
        else:
            parts.append(f"\n{following}")
    return "".join(parts)


def _is_broken(line: str, following: str) -> bool:
    """Whether the first word of the line that follows had no room in this one."""
    if not line.strip() or _BEGINS.fullmatch(following):
        return False
    return len(line) + 1 + len(following.split()[0]) > _WIDTH
