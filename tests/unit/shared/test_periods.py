"""Periods: pages, mails and refusals name them as they are set, so a change of one changes the texts."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from isopolity.machine import periods
from isopolity.notify.adapters.templates import environment as mail_templates
from isopolity.portal.adapters.templates import environment as page_templates
from tests.support.portal.service import answers, portal

ROOT = Path(__file__).parents[3]
BY_HAND = re.compile(
    r"\b(?:\d+|two|three|five|seven|ten|fourteen|thirty) (?:minute|hour|day|week|month)s?\b", re.IGNORECASE
)
NOT_SET_ANYWHERE = {
    "some ten minutes": "how long a form takes",
    "last 15 minutes": "the axis of a drawing",
    "last 24 hours": "the axis of a drawing",
}
"""Words in templates that look like a period and are none, each with what they are."""


def test_a_period_is_counted_in_the_largest_unit_that_measures_it() -> None:
    assert periods.in_words(timedelta(minutes=30)) == "30 minutes"
    assert periods.in_words(timedelta(hours=36)) == "36 hours"
    assert periods.in_words(timedelta(days=1)) == "1 day"
    with pytest.raises(ValueError, match="whole number of minutes"):
        periods.in_words(timedelta(seconds=90))


async def test_pages_name_the_period_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periods, "SIGN_IN_LINK", timedelta(minutes=45))
    monkeypatch.setattr(periods, "SIGN_IN_MAIL", timedelta(minutes=3))
    monkeypatch.setattr(periods, "KNOWN_BROWSER", timedelta(days=100))
    async with portal(answers()) as browser:
        sent = await browser.post("/sign-in", data={"email": "ana@city.example"})
        privacy = await browser.get("/privacy")
    assert "Both work for 45 minutes" in sent.text
    assert "No mail after 3 minutes?" in sent.text
    assert "after 100 days without a sign-in" in privacy.text


def test_mails_name_the_period_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periods, "APPLICATION_DRAFT", timedelta(days=10))
    draft = mail_templates("en").get_template("mail/draft.txt")
    text = draft.render(language="en", draft={"valid_until": date(2027, 2, 1)}, link="https://network.example/join/s")
    assert "for 10 days from the last step" in text


def test_pages_and_mails_write_a_period_alike() -> None:
    for templates in (mail_templates("en"), page_templates("en")):
        assert templates.from_string("{{ periods.ENROLMENT|period }}").render() == "7 days"


@pytest.mark.parametrize("service", ["notify", "portal"])
def test_no_template_writes_a_period_by_hand(service: str) -> None:
    folder = ROOT / "services" / service / "src/isopolity" / service / "templates"
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".html", ".txt")):
        text = path.read_text(encoding="utf-8")
        for words in NOT_SET_ANYWHERE:
            text = text.replace(words, "")
        found += [f"{path.relative_to(folder)}: {match.group()}" for match in BY_HAND.finditer(text)]
    assert found == []
