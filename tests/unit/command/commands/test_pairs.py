"""The output of `isopolity why` and `isopolity suggest`."""

from typing import Any

import pytest

from isopolity.client.matching.models import AbsenceView, PairView, PortfolioView, StandingView, SuggestionView
from isopolity.command.commands.pairs import (
    render_absence,
    render_pair,
    render_portfolio,
    render_standing,
    render_suggestions,
)
from isopolity.command.console import print_view
from isopolity.matching.entrypoints.http.view import EXAMPLES
from tests.support.whole_answers import whole

LONG = "Pécs is looking for a good-practice transfer on individual empowerment and social cohesion. " * 3


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def pair(**changes: Any) -> PairView:
    return whole(PairView, {**EXAMPLES["PairView"][0], **changes})


def suggestion(**changes: Any) -> SuggestionView:
    return whole(SuggestionView, {**EXAMPLES["SuggestionView"][0], **changes})


def test_a_pair_is_told_in_a_paragraph_before_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_pair(pair()))
    shown = capsys.readouterr().out
    wanted = (
        "Pécs (HU) and Surabaya (ID)",
        "twinning, score 0.40, confidence 0.81, available",
        "Pécs and Surabaya are both twinned with Seattle.",
        "What Surabaya would get",
        "What is not known (confidence 0.81 of 1)",
        "Why not the next best",
        "Both would gain, Surabaya more.",
    )
    places = [shown.index(words) for words in wanted]
    assert places == sorted(places)


def test_the_change_that_would_make_a_pair_fit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(
        render_pair(pair(change_text="If Pécs also worked online, Pécs and Surabaya would fit, with a score of 0.52."))
    )
    assert "What would help" in capsys.readouterr().out


def test_long_texts_are_broken_into_lines_that_end_with_no_space(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_pair(pair(paragraph=LONG, parts=[])))
    print_view(render_suggestions("Pécs", [suggestion(reasons=[{"text": LONG}])], supposed=False))
    told = [line for line in capsys.readouterr().out.splitlines() if "Pécs" in line]
    assert len(told) > 6
    assert all(len(line) <= 100 and line == line.rstrip() for line in told)


def test_names_are_never_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    odd = suggestion(other={"name": "Porto [bold]", "country": "PT"})
    print_view(render_suggestions("Pécs", [odd], supposed=False))
    assert "Porto [bold] (PT), twinning, available" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("supposed", "says"),
    [
        (False, "No member would fit Pécs as things stand.\n"),
        (True, "No member would fit Pécs under these what-ifs; leave one out.\n"),
    ],
)
def test_nobody_is_told_in_a_sentence(supposed: bool, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_suggestions("Pécs", [], supposed=supposed))
    assert capsys.readouterr().out == says


def test_why_a_member_finds_nobody_is_told_before_what_would_help(capsys: pytest.CaptureFixture[str]) -> None:
    pauses = ["Pécs pauses until 1 March 2027: until then nothing is proposed to it."]
    print_view(render_absence(whole(AbsenceView, {**EXAMPLES["AbsenceView"][0], "own": pauses})))
    shown = " ".join(capsys.readouterr().out.split())
    wanted = (
        "Why Pécs finds nobody, or few",
        "Pécs pauses until 1 March 2027",
        "Of 464 cities 39 would fit you.",
        "295 cities fit you too little",
        "If you also worked online, 12 more cities would fit",
    )
    places = [shown.index(words) for words in wanted]
    assert places == sorted(places)


def test_who_took_the_place_in_a_draft_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_view(render_standing(whole(StandingView, EXAMPLES["StandingView"][0])))
    assert "Surabaya is paired with Seattle instead; their score would have to rise by 0.12" in " ".join(
        capsys.readouterr().out.split()
    )
    print_view(render_standing(whole(StandingView, {"told": []})))
    assert "forbidden" in capsys.readouterr().out


def test_a_portfolio_is_told_in_sentences_before_its_grants(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    print_view(render_portfolio(whole(PortfolioView, EXAMPLES["PortfolioView"][0])))
    shown = capsys.readouterr().out
    wanted = (
        "“Cities that read”",
        "Of a budget of 45,000 EUR, 20,000 EUR are promised; 25,000 EUR can be granted.",
        "With 50,000 EUR in all (5,000 EUR more), Porto would come in.",
        "amount (EUR)",
        "São Leopoldo (BR)   Books for two hundred reading corners   0.90    yes         20,000   35,000   25,000",
    )
    places = [shown.index(words) for words in wanted]
    assert places == sorted(places)
