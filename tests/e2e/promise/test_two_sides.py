"""Until agreement all that a side can observe depends on the proposal as sent, the clock and its own acts only.

For each thing that the other side may do, all views of the observing side over the proposal's whole life are
compared, byte by byte, with those of a life in which the other side does nothing. What may differ is what the other
side says of itself to everybody, and what is worked out from that; it stands in `PUBLIC`, act by act, with the reason.
"""

import asyncio
import difflib
import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from tests.support.two_sides.acts import ACTS, NOTHING, NOTHING_EITHER, Act
from tests.support.two_sides.life import MOMENTS, Life, live

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(900)]

_ACTING: Final = "<(Bergen|Gdansk|Halcyon|Dakar|request of Dakar|Halcyon rooms|Halcyon prizes)>"
PROFILE: Final = re.compile(rf"(page|API) \S*/(cities|partners|requests|programmes|me/shortlist)/{_ACTING}")
"""A page or document about the side that acts, its programme or its request: what that side says of itself.

The page on which a partner would put a city on its shortlist is one: it shows the city's name and country.
"""
LISTS: Final = re.compile(
    r"(page|API) (/|/cities|/partners|/requests|/seeking|/seeking/requests"
    r"|/registry/v1/(cities|partners|requests|countries|figures|cities/places|seeking\S*)|/matching/v1/requests/programmes)$"
    rf"|API /registry/v1/requests\?\S*city_id={_ACTING}"
)
"""Lists and figures of all members, which show the profiles in them."""
TIES: Final = re.compile(
    r"(page /|page /cities|page /cities/<Espoo>|API /registry/v1/(figures|twinnings|twinnings/places|cities/<Espoo>))$"
    rf"|API /registry/v1/twinnings\?\S*city_id=({_ACTING}|<Espoo>)$"
)
"""Where twinnings are shown that both cities have declared: they are public."""
FIT: Final = re.compile(
    r"(page /me/(suggestions|why|explore|profile/needs|programmes(/.+)?)"
    r"|API /matching/v1/members/<\w+>/(suggestions|fitting|why)"
    r"|API /matching/v1/partners/<\w+>/(cities|reach)|API /matching/v1/pairs/.+)$"
)
"""What would fit, worked out anew from public profiles and ties; whether the two are proposed must stay the same."""
PUBLIC: Final[dict[str, tuple[re.Pattern[str], ...]]] = {
    "revises its profile": (PROFILE, LISTS, FIT),
    "takes no more": (PROFILE, LISTS, FIT),  # how much it can handle is part of its profile
    "drops the programme or closes the request": (PROFILE, LISTS, FIT),  # what is not there fits nobody
    "withdraws": (PROFILE, LISTS, FIT),  # who has left is in no list, and fits nobody
    "says yes and withdraws": (PROFILE, LISTS, FIT),  # as above
    "becomes twins with another": (PROFILE, LISTS, TIES, FIT),  # reasons name common twins
    "asks for more": (PROFILE, LISTS, FIT),  # a request is public
}
"""What may differ, by act. Whatever else differs tells a side what the other did."""
OFTEN: Final = (
    "says yes",
    "says later",
    "says no",
    "looks",
    "revises its profile",
    "avoids the other's country",
    "withdraws",
    "lets mails bounce",
)
"""Acts that CI tries at each commit; the others are tried in drills."""
_LIVES: dict[bool, Life] = {}


def nothing_done(folder: Path, *, observer_agrees: bool) -> Life:
    """The life in which the other side does nothing."""
    if observer_agrees not in _LIVES:
        _LIVES[observer_agrees] = asyncio.run(live(NOTHING if observer_agrees else NOTHING_EITHER, folder))
    return _LIVES[observer_agrees]


@pytest.fixture
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """A new folder at each call."""
    return lambda: tmp_path_factory.mktemp("life")


@pytest.mark.parametrize("done", [act if act in OFTEN else pytest.param(act, marks=pytest.mark.drill) for act in ACTS])
def test_a_side_observes_nothing_of_what_the_other_does(done: str, folders: Callable[[], Path]) -> None:
    act = ACTS[done]
    expected = nothing_done(folders(), observer_agrees=act.observer_agrees)
    found = asyncio.run(live(act, folders()))
    told = list(chain.from_iterable(_differences(moment, expected, found, PUBLIC.get(done, ())) for moment in MOMENTS))
    assert not told, f"what a side sees tells that the other {done}:\n" + "\n".join(told)


def test_a_life_in_which_both_agree_looks_different(folders: Callable[[], Path]) -> None:
    """That two lives look alike where nothing differs is what acts without an entry in `PUBLIC` show, to the byte."""
    expected = nothing_done(folders(), observer_agrees=True)
    agreeing = asyncio.run(live(Act(do=ACTS["says yes"].do), folders()))
    at_the_end = expected.seen[MOMENTS[-1]]
    changed = {name for name, view in at_the_end.items() if agreeing.seen[MOMENTS[-1]].get(name) != view}
    for side in ("Aveiro", "Cusco", "Merriam"):
        assert {f"{side} page /me", f"{side} page /me/data", f"{side} mail 1"} <= changed
    told = [view for name, view in at_the_end.items() if name.startswith("Faro mail")]
    assert len(told) == 1  # and in each life the same
    assert b"did not go ahead" in told[0]


def _differences(moment: str, expected: Life, found: Life, public: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    """The views that differ and may not, each with the lines that do."""
    for name in sorted(_names(expected, moment) | _names(found, moment)):
        before, after = (life.seen[moment].get(name, b"nothing") for life in (expected, found))
        if before == after:
            continue
        if any(each.search(name) for each in public):
            was, now = _statuses(before), _statuses(after)
            for pair in sorted(was.keys() & now.keys()):
                if was[pair] != now[pair]:
                    yield f"{moment}, {name}: {pair} is “{now[pair]}”, else “{was[pair]}”"
            continue
        lines = difflib.unified_diff(before.decode().split("\n"), after.decode().split("\n"), lineterm="", n=0)
        yield f"{moment}, {name}:\n" + "\n".join(line[:300] for line in lines)


def _names(life: Life, moment: str) -> set[str]:
    return set(life.seen[moment])


def _statuses(view: bytes) -> dict[str, str]:
    """What a view says of whether pairs are proposed, by pair."""
    body = view.partition(b"\n\n")[2]
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    if isinstance(found, dict) and "paragraph" in found:
        return {"the pair": found["status"]}
    entries = found if isinstance(found, list) else []
    return {f"{each['other']['member_id']} {each['other'].get('programme_id')}": each["status"] for each in entries}
