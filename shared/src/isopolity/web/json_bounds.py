"""Bounds on a JSON body, looked at as bytes before it is parsed: what a parser would choke on never reaches one.

Invariant: what passes is UTF-8, and nothing in it decodes to a text that no database can store.
"""

import re
from typing import Final

from isopolity.web.problems import Problem

DEPTH: Final = 32
"""Objects and lists within each other; the deepest document of ours has six."""
_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)
_UNSTORABLE: Final = re.compile(
    rb"""(?:
        [^\\]++
        | \\u[dD][89abAB]..\\u[dD][c-fC-F]..  # a whole surrogate pair
        | \\(?!u0000|u[dD][89a-fA-F]).        # any other escape
    )*+
    \\u""",
    re.DOTALL | re.VERBOSE,
)
"""Matches from the beginning up to the first escape of NUL or of half a surrogate pair."""
_OPENING: Final = b"[{"
_CLOSING: Final = b"]}"


def check_json(body: bytes, *, parts: int) -> None:
    """Raise Problem unless `body` is UTF-8, `DEPTH` levels deep at most, with at most `parts` of what JSON is made of:
    names, texts, brackets and commas.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        raise _unreadable() from None
    if 0 in body:  # UTF-16 and UTF-32, which a parser would take for JSON too
        raise _unreadable()
    _check_structure(body, parts)
    if _UNSTORABLE.match(body):
        raise unstorable("the body")


def unstorable(place: str) -> Problem:
    """The problem of a text that no database can store; `place` is where it stands."""
    sentence = f"Take out of {place} what is no character: NUL, or half of a surrogate pair."
    return Problem(422, sentence, code="invalid-request")


def _check_structure(body: bytes, parts: int) -> None:
    depth = 0
    for number, token in enumerate(_TOKEN.finditer(body)):
        if number >= parts:
            raise Problem(413, "The body has too many fields and entries; send less at a time.", code="too-large")
        first = body[token.start()]
        if first in _OPENING:
            depth += 1
            if depth > DEPTH:
                raise Problem(422, f"The body is more than {DEPTH} levels deep; nest it less.", code="invalid-request")
        elif first in _CLOSING:
            depth -= 1


def _unreadable() -> Problem:
    return Problem(400, "The body cannot be read as JSON in UTF-8; correct it and send it again.", code="not-json")
