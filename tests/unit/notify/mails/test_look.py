"""The look of mails and answer pages: colours that can be read in both schemes, and halves that tell no answer."""

import re
from importlib.resources import files
from typing import Final

import pytest

from isopolity.identity.member_tokens import hue
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.adapters.templates import environment
from isopolity.notify.domain.mail import Purpose
from isopolity.notify.domain.proposal import MEETING
from tests.support.colours import contrast
from tests.support.notify.events import proposal_state
from tests.support.notify.letters import MakeCorrespondence, Shown, parts

TEMPLATES: Final = files("isopolity.notify").joinpath("templates")
LIGHT, DARK = ("#fbfaf7", "#ffffff", "#f3f0e8"), ("#14191f", "#1c232b", "#20282f")
"""Paper, cards and tinted boxes of each scheme."""
WORDS: Final = {
    LIGHT: ("#1b2430", "#525d68", "#1d5c88"),
    DARK: ("#efece5", "#aab4bd", "#8fc3e8"),
}
ON_COLOUR: Final = (("#fbfaf7", "#1b2430"), ("#ffffff", "#b34e2b"), ("#14191f", "#efece5"), ("#1d120d", "#eca084"))
"""Words on buttons and on offers."""
FAULTS: Final = (("#1b2430", "#fbecee"), ("#efece5", "#3a1c21"))
EDGES: Final = {
    LIGHT: ("#7d7767", "#5c6b2a", "#a3182f", "#d9d4c6"),
    DARK: ("#8a949d", "#bccb82", "#ff9aa6", "#37414b"),
}
"""Of fields, of what is agreed, of faults, and hairlines, which tell nothing."""
HAIRLINES: Final = ("#d9d4c6", "#37414b")


def test_all_words_can_be_read_in_both_schemes() -> None:
    for papers, words in WORDS.items():
        assert all(contrast(colour, paper) >= 4.5 for colour in words for paper in papers)
    assert all(contrast(*pair) >= 4.5 for pair in (*ON_COLOUR, *FAULTS))
    for papers, edges in EDGES.items():
        assert all(contrast(each, papers[1]) >= 3 for each in edges if each not in HAIRLINES)


@pytest.mark.parametrize("name", ["look.css", "page/form.css"])
def test_the_stylesheets_have_no_other_colours(name: str) -> None:
    known = {each for papers in (LIGHT, DARK) for each in (*papers, *WORDS[papers], *EDGES[papers])}
    known |= {each for pair in (*ON_COLOUR, *FAULTS) for each in pair}
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", TEMPLATES.joinpath(name).read_text(encoding="utf-8"))) <= known


def test_a_mail_keeps_its_rules_for_the_dark_scheme_and_needs_no_picture(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    _, html = parts(writer.write(correspondence()))
    assert "@media (prefers-color-scheme: dark)" in html
    assert not {"svg", "img"} & set(Shown(html).tags)
    assert "var(" not in html


@pytest.mark.parametrize(
    ("purpose", "stage", "outlined"), [(Purpose.PROPOSAL, "issued", 2), (Purpose.INTRODUCTION, "agreed", 0)]
)
def test_halves_in_a_mail_are_outlined_until_both_agreed(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence, purpose: Purpose, stage: str, outlined: int
) -> None:
    _, html = parts(writer.write(correspondence(purpose, stage=stage)))
    assert html.count("2px dashed") == outlined
    assert html.count('class="half filled"') == 2 - outlined
    assert all(hue(f"member-{name}") in html for name in "ab")


def test_needs_are_outlined_and_offers_filled_where_they_meet(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    _, html = parts(writer.write(correspondence()))
    assert "you look for ↔ they offer" in Shown(html).text
    assert re.search(r'class="chip offer" style="[^"]*background: #b34e2b', html)
    reasons = [reason.code for side in proposal_state().sides for reason in side.reasons]
    assert set(reasons) <= MEETING


def test_mails_and_pages_run_from_the_right_where_their_language_does() -> None:
    for language, direction in (("en", "ltr"), ("ar", "rtl")):
        page = environment(language).get_template("page/confirm.html").render(language=language, stylesheet="")
        assert f'<html lang="{language}" dir="{direction}">' in page
        mail = environment(language).get_template("mail/frame.html").render(language=language, subject="", look="")
        assert mail.count(f'lang="{language}" dir="{direction}">') == 2  # Gmail keeps that of the body only
