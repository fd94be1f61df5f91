"""The program in which somebody reads a page, as it names itself.

Invariant: no more is told of it than its holder needs to know it again: no version, no device.
"""

from collections.abc import Mapping
from typing import Final

_PROGRAMS: Final[Mapping[str, str]] = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
"""Part of the name that a browser gives itself, and its name; others call themselves what later ones are, too."""
_SYSTEMS: Final[Mapping[str, str]] = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_named(user_agent: str) -> str | None:
    """“Firefox, Windows”, or the one of both that is known; None where neither is."""
    known = [_first(names, user_agent) for names in (_PROGRAMS, _SYSTEMS)]
    return ", ".join(name for name in known if name) or None


def _first(names: Mapping[str, str], text: str) -> str | None:
    return next((name for part, name in names.items() if part in text), None)
