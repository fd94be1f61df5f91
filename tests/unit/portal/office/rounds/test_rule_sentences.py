"""Rules are written as sentences: one at a time, told back, changed and taken out, and nothing typed is lost."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from isopolity.matching.application.wording.rule_sentences import book_sentences
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules
from isopolity.portal.adapters.rule_titles import PAIR_PLACES, PARTNER_PLACES, RULE_SENTENCES
from isopolity.portal.domain.rules.rule_text import with_rule
from isopolity.portal.domain.rules.sentences import STARTS, WHERE, rule_in, start_fields
from tests.support.page_forms import fields_of
from tests.support.portal.new_rounds import ACTS, FILLED, orders
from tests.support.portal.rule_words import WORDS
from tests.support.portal.service import form_token, portal, signed_in

EXAMPLES = re.findall(
    r"^### \d+\. [^\n]*\n.*?^```toml\n(.*?)^```\n",
    (Path(__file__).parents[5] / "docs" / "rules.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
"""The ten worked examples of docs/rules.md."""
TWO = '[[rules]]\nat_most = 5\n\n# of the council\n[[rules]]\nwithin = "country"\nat_most = 0\n'
GOOD = {"faults": [], "rules": ["One.", "Two."], "objective": "The most.", "order": {}}
EACH = {
    "rule-kind": "each",
    "rule-pairs": "all",
    "one-member": "city",
    "rule-where": "out-region",
    "rule-at_least": "1",
}


async def sent(
    form: dict[str, str], seen: list[httpx.Request] | None = None, served: dict[str, Any] | None = None
) -> httpx.Response:
    async with portal({**ACTS, "/rules/check": GOOD, **(served or {})}, [] if seen is None else seen) as browser:
        await signed_in(browser)
        token = form_token(await browser.get("/office/rounds/new"))
        data = {key: value for key, value in (FILLED | {"rules": ""} | form).items() if value}
        return await browser.post("/office/rounds/new", data=data | {"form": token}, files={"file": ("", b"")})


def text_in(page: httpx.Response) -> str:
    """The text of the rules that the page holds."""
    area = page.text.partition('<textarea id="rules"')[2].partition(">\n")[2].partition("</textarea>")[0]
    return area.replace("&#34;", '"').replace("&#39;", "'")


@pytest.mark.parametrize("code", STARTS)
async def test_a_sentence_that_is_chosen_opens_with_its_fields(code: str) -> None:
    page = await sent({"do": "say", "say": code})
    assert page.status_code == 200
    assert 'name="rule-kind"' in page.text
    assert "Add this rule" in page.text


async def test_each_city_gets_a_partner_outside_its_region() -> None:
    seen: list[httpx.Request] = []
    page = await sent(EACH | {"do": "put", "rules": TWO}, seen)
    assert page.status_code == 200
    assert text_in(page) == f'{TWO}\n[[rules]]\neach = {{ member = "city" }}\nacross = "region"\nat_least = 1\n'
    tried = [json.loads(each.content) for each in seen if each.url.path.endswith("/rules/trial")][-1]
    assert (tried["rule"], tried["priced"], tried["kinds"]) == (2, True, ["twinning"])
    assert "Add this rule" not in page.text
    assert orders(seen) == []


async def test_a_rule_is_changed_in_its_place_and_another_one_removed() -> None:
    opened = await sent({"open": "1", "rules": TWO})
    assert 'name="rule-at" value="1"' in opened.text
    assert '<option value="in-country" selected>' in opened.text
    changed = {
        "rule-kind": "pairs",
        "rule-at": "1",
        "rule-pairs": "twinnings",
        "rule-where": "in-region",
        "rule-at_most": "3",
    }
    page = await sent(changed | {"do": "put", "rules": TWO})
    assert text_in(page) == TWO.replace('within = "country"\nat_most = 0', 'within = "region"\nat_most = 3')
    assert (
        text_in(await sent({"drop": "0", "rules": TWO}))
        == '# of the council\n[[rules]]\nwithin = "country"\nat_most = 0\n'
    )


@pytest.mark.parametrize(("drop", "left"), [("0", "0"), ("1", ""), ("2", "1")])
async def test_a_sentence_goes_on_with_its_rule_when_another_one_is_removed(drop: str, left: str) -> None:
    typed = {"rule-kind": "pairs", "rule-at": "1", "rule-pairs": "all", "rule-at_most": "3"}
    page = await sent(typed | {"drop": drop, "rules": TWO + "\n[[rules]]\nat_most = 9\n"})
    fields = fields_of(page.text)
    assert (fields.get("rule-at", ""), fields["rule-at_most"]) == (left, "3")


async def test_a_rule_that_is_put_as_it_was_stays_as_it_was_written() -> None:
    text = "[[rules]]\nat_most = 5 # it was 7\n"
    page = await sent(
        {"rule-kind": "pairs", "rule-at": "0", "rule-pairs": "all", "rule-at_most": "5", "do": "put", "rules": text}
    )
    assert text_in(page) == text


@pytest.mark.parametrize("text", EXAMPLES)
async def test_a_worked_example_comes_back_from_the_form_as_it_was(text: str) -> None:
    for place in range(text.count("[[rules]]")):
        opened = fields_of((await sent({"open": str(place), "rules": text})).text)
        typed = {name: value for name, value in opened.items() if name.startswith(("rule-", "one-", "other-"))}
        assert typed["rule-at"] == str(place)
        page = await sent(typed | {"do": "put", "rules": text})
        assert "Add this rule" not in page.text
        assert "Change this rule" not in page.text
        assert text_in(page) == text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"rule-at_least": ""}, "Say how many."),
        ({"rule-at_least": "some"}, "Give a whole number, such as 5."),
        ({"rule-at_least": "4", "rule-at_most": "3"}, "Swap the two numbers."),
        ({"one-country": "Brazill"}, "There is no country “Brazill”. Did you mean Brazil?"),
        ({"one-language": "Klingonese"}, "There is no language “Klingonese”."),
        ({"one-partner_kind-ngo": "1"}, "No member is both a city and a programme."),
        ({"rule-pairs": "sponsorships"}, "A sponsorship has one city only."),
        ({"other-country": "Kenya"}, "This group is not used."),
        ({"one-find": "Tampere"}, "No member was chosen."),
        ({"rule-of_one": "country"}, "This goes with “at most” alone."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(typed: dict[str, str], told: str) -> None:
    page = await sent(EACH | typed | {"do": "put", "rules": TWO})
    assert page.status_code == 422
    assert told in page.text
    assert text_in(page) == TWO
    for value in typed.values():
        assert f'value="{value}"' in page.text


async def test_what_the_service_refuses_stands_above_the_sentence() -> None:
    page = await sent(
        EACH | {"do": "put"}, served={"/rules/check": GOOD | {"faults": ["Rule 1: A twinning is of two cities."]}}
    )
    assert '<span class="fault" id="rule-fault">A twinning is of two cities.' in page.text


async def test_no_round_starts_while_a_sentence_is_being_written() -> None:
    seen: list[httpx.Request] = []
    page = await sent(EACH | {"do": "start", "rules": TWO}, seen)
    assert "This rule is not added yet. Add it, or leave it." in page.text
    assert orders(seen) == []


async def test_a_rule_that_cannot_be_kept_says_so_beside_it() -> None:
    fault = "This cannot be kept together with rule 2. Loosen one of them, or remove one."
    tried = [
        {"rule": "One.", "concerns": "2 cities in 1 country", "faults": [fault]},
        {"rule": "Two.", "concerns": "", "faults": []},
    ]
    page = await sent(
        {"do": "check", "rules": TWO},
        served={"/rules/trial": {"rules": tried, "cost": None, "faults": [], "members": {}}},
    )
    assert f'<p class="fault">{fault}</p>' in page.text


async def test_rules_are_told_where_no_trial_is_possible() -> None:
    page = await sent({"do": "check", "rules": TWO}, served={"/rules/trial": 503})
    assert page.status_code == 200
    assert "<p>One." in page.text


def test_each_sentence_says_what_its_title_says() -> None:
    assert RULE_SENTENCES.keys() == STARTS.keys()
    assert PAIR_PLACES.keys() == PARTNER_PLACES.keys() == WHERE.keys() - {""}
    whole = {"beyond", "spread", "abroad", "language", "floors", "apart", "together"}
    said = {}
    for code in whole:
        rule, wrong = rule_in(start_fields(code, WORDS), WORDS)
        assert wrong == {}, code
        said[code] = book_sentences(read_rules(with_rule("", rule)))[0]
    assert said["beyond"].startswith("At least 1 twinning with cities outside its region for each city")
    assert said["spread"] == "At most 1 pair with partners of one country for each member."
    assert said["abroad"] == "No twinning within one country."
    assert said["apart"] == "No pair between two members."
