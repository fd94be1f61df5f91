"""A partner reads, wherever it looks at its programmes, that no request fits one, and what it could widen."""

from typing import Any

import pytest

from tests.support.portal.askers import BOOKS, served_partner
from tests.support.portal.fitting import fitting
from tests.support.portal.service import listed, portal, signed_in

TEXT = "No open request fits “Books”: 9 cities look for its <subjects>."
WIDER = "3 open requests would fit “Books” if it served other countries, too."
REQUESTS: dict[str, Any] = {"open": 5, "fitting": 0, "looking": 9, "could_ask": 2, "text": TEXT, "wider": [WIDER]}
OWNER: dict[str, Any] = {
    **dict.fromkeys(("now", "change", "change_text")),
    "programme_id": BOOKS["programme_id"],
    "programme_name": "Books",
    "partners": [{"text": "Of 464 cities none would fit you.", "ruled_out": []}],
}
PAGES = ("/me/programmes", "/me/suggestions", "/me/why")


def told(**changes: Any) -> dict[str, Any]:
    found = {"own": [], "owners": [OWNER | {"requests": REQUESTS | changes}]}
    return {
        "/members/fund/why": found,
        "/members/fund/fitting": {**fitting(), **found},
        "/partners/fund/shortlist": listed(),
    }


@pytest.mark.parametrize("path", PAGES)
async def test_a_programme_without_a_fitting_request_says_so(path: str) -> None:
    async with portal(served_partner(BOOKS, told=told())) as browser:
        await signed_in(browser)
        page = (await browser.get(path)).text
    assert page.count("9 cities look for its &lt;subjects&gt;.") == 1
    assert page.count(WIDER) == 1
    assert f'<a href="/me/programmes/{BOOKS["programme_id"]}">Change “Books”</a>' in page


@pytest.mark.parametrize("path", PAGES)
async def test_a_programme_with_a_fitting_request_says_nothing_of_it(path: str) -> None:
    async with portal(served_partner(BOOKS, told=told(fitting=1))) as browser:
        await signed_in(browser)
        page = (await browser.get(path)).text
    assert "9 cities look" not in page
    assert WIDER not in page


async def test_the_programmes_are_listed_where_it_cannot_be_told() -> None:
    async with portal(served_partner(BOOKS)) as browser:
        await signed_in(browser)
        assert "Your programmes" in (await browser.get("/me/programmes")).text
