"""Tokens of members as SVG: a member's piece with its colour and letter, and the two halves of a pair.

In ancient Greece two hosts broke a piece in two; the halves that fit proved their tie. The broken edge comes from the
ids of the pair, so that it fits no other pair. Whichever side stands left, each half keeps its edge: the drawing for
the other side is the same one in a mirror, with the letters upright.

Invariant: a half is outlined until its side is said to have agreed, and only the left half, the reader's own, can be
filled alone. The right half and the edge depend on the ids, the kind, the name and `agreed`: nothing tells an answer
of the other side before that.

Colours are presentation attributes, which a strict Content-Security-Policy lets pass, and the same in both schemes:
white stands on each at 4.5 to 1 or more, and each on light and on dark paper at 3 to 1 or more. The letter of an
outlined half has the colour of the text around it. Sizes and forced colours are the stylesheet's (`.token`).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from html import escape
from typing import Final, NamedTuple

HUES: Final = ("#2377a9", "#b8532e", "#6b772d", "#a75296", "#906a21", "#2a7d74", "#7561c5", "#c34558")
"""Blue, clay, olive, plum, ochre, teal, violet and crimson, all of one luminance (0.166)."""
_ROUND: Final = "city"
"""The kind whose pieces are round; all others are square."""
_RADIUS: Final = 27
"""Radius of a piece of a pair, in a drawing of 64 units."""
_APART, _JOINED = 4, 1
"""By how much a half is moved from the middle."""
_TEETH: Final = 6
"""Points of an edge between its ends; with 84 places each, 351 billion edges."""
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_Points = Sequence[tuple[int, int]]


class Bearer(NamedTuple):
    """A member as its token shows it; `kind` is “city”, “partner” or “programme”."""

    member_id: str
    kind: str
    name: str


def member_token(bearer: Bearer, *, size: str = "", label: str | None = None) -> str:
    """The whole piece of a member, as SVG.

    `size` is a class of the stylesheet. Without a `label`, the accessible name, the picture is hidden from assistive
    technology: its name stands beside it.
    """
    shape = (
        '<circle cx="32" cy="32" r="30"' if bearer.kind == _ROUND else '<rect x="3" y="3" width="58" height="58" rx="6"'
    )
    piece = f'{shape} fill="{hue(bearer.member_id)}"/>{_letter(bearer.name, 32, "#fff", 41)}'
    return f"{_opening(f'token {size}', label, 26)}{piece}</svg>"


def pair_token(
    own: Bearer,
    other: Bearer,
    *,
    said_yes: bool = False,
    agreed: bool = False,
    size: str = "",
    label: str | None = None,
) -> str:
    """The two halves of a pair, as SVG: `own` left, `other` right, both filled and joined once they `agreed`.

    Before that `said_yes`, of `own`, fills the left half. `size` and `label` as for `member_token`.
    """
    edge, gap = _edge(own.member_id, other.member_id), _JOINED if agreed else _APART
    left = _half(own, [(32 - gap + x, y) for x, y in edge], -1, filled=agreed or said_yes)
    right = _half(other, [(32 + gap + x, y) for x, y in edge], 1, filled=agreed)
    return f"{_opening(f'token pair {size}', label, 18)}{left}{right}</svg>"


def hue(member_id: str) -> str:
    """The colour of a member, the same at all times."""
    return HUES[blake2b(member_id.encode(errors="replace"), digest_size=1).digest()[0] % len(HUES)]


def letter_of(name: str) -> str:
    """The first letter of a name, or its first digit, as a capital where its script has capitals; empty without one."""
    found = next((each for each in unicodedata.normalize("NFC", name) if each.isalnum()), "")
    titled = found.title()
    return titled if len(titled) == 1 else found


@lru_cache(4096)
def _edge(left_id: str, right_id: str) -> _Points:
    """The broken edge as offsets from the middle and heights, from top to bottom; mirrored for the ids in turn."""
    first, last = sorted((left_id, right_id))
    drawn, side = _drawn(f"{len(first)}:{first}{last}"), 1 if left_id == first else -1
    return [(0, 5), *((side * x, y) for x, y in drawn), (0, 59)]


def _drawn(pair: str) -> Iterator[tuple[int, int]]:
    digest = blake2b(pair.encode(errors="replace"), digest_size=2 * _TEETH).digest()
    for tooth in range(_TEETH):
        across, along = digest[2 * tooth] % 12, digest[2 * tooth + 1] % 7
        yield across - 7 if across < 6 else across - 4, 9 + 8 * tooth + along  # never in the middle: 2 to 7 off


def _half(bearer: Bearer, edge: _Points, side: int, *, filled: bool) -> str:
    """A half with its letter; it lies left of its edge where `side` is -1, right of it where it is 1."""
    middle = edge[0][0]
    outer, inner = middle + side * _RADIUS, middle + side * (_RADIUS - 4)
    broken = f"M{middle} 5L" + " ".join(f"{x} {y}" for x, y in edge[1:])
    if bearer.kind == _ROUND:
        back = f"A{_RADIUS} {_RADIUS} 0 0 {int(side < 0)} {middle} 5Z"
    else:
        back = f"H{inner}Q{outer} 59 {outer} 55V9Q{outer} 5 {inner} 5Z"
    colour = hue(bearer.member_id)
    paint = f'fill="{colour}"' if filled else f'class="open" fill="none" stroke="{colour}" stroke-width="2"'
    letter = _letter(bearer.name, middle + side * 14, "#fff" if filled else "currentColor", 38)
    return f'<path d="{broken}{back}" {paint}/>{letter}'


def _letter(name: str, x: int, colour: str, y: int) -> str:
    letter = _clean(letter_of(name))
    return f'<text x="{x}" y="{y}" fill="{colour}">{letter}</text>' if letter else ""


def _opening(classes: str, label: str | None, letters: int) -> str:
    named = 'aria-hidden="true"' if label is None else f'role="img" aria-label="{_clean(label)}"'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" class="{_clean(classes.strip())}" viewBox="0 0 64 64"'
    letter = f'text-anchor="middle" font-size="{letters}" font-weight="600"'
    return f'{drawing} width="40" height="40" {letter} {named}>'


def _clean(text: str) -> str:
    """Escaped, without characters that XML has no place for."""
    return escape(_NO_XML.sub("", text))
