"""Members' tokens in views: halves and colours are called by the members from whose random ids they are drawn.

Only what follows from the ids is replaced: a half on a page that lies elsewhere, has another edge or another colour
than its ids give stays as it is, and differs from life to life. Which half is outlined or filled stays, too. Pieces of
one member, and halves in mails, which are cells of tables, have a colour alone.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import permutations, product
from typing import Final

from isopolity.identity.member_tokens import HUES, Bearer, hue, pair_token

_TOKEN: Final = re.compile(rb'<svg [^>]*class="token.*?</svg>', re.DOTALL)
_HALF: Final = re.compile(rb'd="([^"]+)" (fill|class="open" fill="none" stroke)="([^"]+)"')
_PATH: Final = re.compile(r' d="([^"]+)"')
_COLOUR: Final = re.compile("|".join(HUES).encode())
_CELL: Final = re.compile(rb'<td class="half[^>]*>')
_WHOLE: Final = re.compile(rb'(<(?:circle|rect)[^>]* fill=")(?:' + "|".join(HUES).encode() + rb')"')
Halves = Mapping[bytes, tuple[str, bytes]]
"""What each half is called, and its colour, by its path."""


def with_named_tokens(view: bytes, names: Mapping[str, str]) -> bytes:
    """The view with words for all that tokens draw from ids; `names` has them by id."""
    view = _CELL.sub(lambda found: _COLOUR.sub(b"<its colour>", found[0]), view)
    if _TOKEN.search(view) is None:
        return view
    halves = _halves(tuple(sorted(names.items())))

    def named(found: re.Match[bytes]) -> bytes:
        what, colour = halves.get(found[1], ("", b""))
        return b'd="<%s>" %s="<its colour>"' % (what.encode(), found[2]) if found[3] == colour else found[0]

    return _TOKEN.sub(lambda found: _WHOLE.sub(rb'\1<its colour>"', _HALF.sub(named, found[0])), view)


@lru_cache(4)
def _halves(names: tuple[tuple[str, str], ...]) -> Halves:
    found: dict[bytes, tuple[str, bytes]] = {}
    for ((one, name), (other, its)), kind, agreed in product(
        permutations(names, 2), ("city", "partner"), (False, True)
    ):
        drawn = pair_token(Bearer(one, kind, ""), Bearer(other, kind, ""), agreed=agreed)
        what = f"{kind}, {'joined' if agreed else 'apart'}"
        left, right = _PATH.findall(drawn)
        found[left.encode()] = (f"left half of {name} with {its}, {what}", hue(one).encode())
        found[right.encode()] = (f"right half of {its} with {name}, {what}", hue(other).encode())
    return found
