"""The page with the binding legal acts that the network lists."""

from typing import Any

from tests.support.portal.service import EMPTY, portal

ACT: dict[str, Any] = {
    "title": "Act on <Exemplary> Distance",
    "citation": "Example Gazette 2026, No. 7",
    "issued_by": "Assembly of Examples",
    "address": "https://acts.example/7",
    "forbids": "It forbids partnerships of public bodies of the two sides.",
    "starts": "2026-01-31",
    "ends": "2027-12-31",
    "one_side": ["BR", "KE"],
    "other_side": ["FI"],
    "kinds": ["twinning", "sponsorship"],
    "is_in_force": True,
}


async def test_where_no_act_is_listed_the_page_says_so() -> None:
    async with portal({"/legal-acts": EMPTY}) as browser:
        text = (await browser.get("/legal-acts")).text
    assert "No legal act is listed now." in text


async def test_an_act_is_shown_with_its_citation_its_days_and_its_two_sides() -> None:
    async with portal({"/legal-acts": {"items": [ACT, ACT | {"is_in_force": False, "ends": None}]}}) as browser:
        text = (await browser.get("/legal-acts")).text
    assert "No legal act is listed" not in text
    for part in (
        "<h2>Act on &lt;Exemplary&gt; Distance</h2>",
        '<a rel="nofollow noopener" href="https://acts.example/7">Example Gazette 2026, No. 7</a>',
        "From 31 January 2026 to 31 December 2027",
        "Not today. From 31 January 2026<",
        "<dd>Brazil and Kenya</dd>",
        "<dd>Finland</dd>",
        "<dd>partnerships of two cities and support by foundations, companies and NGOs</dd>",
    ):
        assert part in text


async def test_the_rules_of_proposals_lead_to_the_list() -> None:
    async with portal({}) as browser:
        assert 'href="/legal-acts"' in (await browser.get("/about")).text
