"""The output of `isopolity portfolio`."""

import pytest

from isopolity.client.matching.models import PortfolioView
from isopolity.command.client.pair_rendering import print_portfolio
from isopolity.matching.entrypoints.http.money.examples import PORTFOLIO
from tests.support.whole_answers import whole


def test_a_portfolio_is_told_in_sentences_before_its_grants(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    print_portfolio(whole(PortfolioView, PORTFOLIO))
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
