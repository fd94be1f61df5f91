"""The file with legal acts: what it lists is public and decides, so a mistake stops the service with a sentence."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from isopolity.matching.adapters.legal_act_file import read_legal_acts
from isopolity.matching.domain.legal_acts import MOST_ACTS, NO_ACTS
from isopolity.matching.errors import InvalidLegalActs
from isopolity.matching.settings import MatchingSettings
from tests.support.matching.legal_acts import written


def test_an_act_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    (act,) = read_legal_acts(written(tmp_path, until="2027-12-31", kinds='["twinning"]')).acts
    assert (act.title, act.citation) == ("Act on Exemplary Distance", "Example Gazette 2026, No. 7")
    assert (act.starts, act.ends, act.kinds) == (date(2026, 1, 31), date(2027, 12, 31), frozenset({"twinning"}))
    assert act.apart_from("twinning", "KE") == {"FI"}
    assert act.apart_from("twinning", "FI") == {"KE", "BR"}
    assert not act.apart_from("sponsorship", "FI")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"citation": None}, "Legal act 1: citation is missing; give its citation, such as number and date"),
        ({"citation": '" "'}, "Legal act 1: citation is missing"),
        ({"title": "7"}, "Legal act 1: title is missing; give its title."),
        ({"forbids": f'"{501 * "a"}"'}, "Legal act 1: forbids is too long; give at most 500 characters."),
        ({"address": '"javascript:alert(1)"'}, "is no web address; give one that starts with https://."),
        ({"address": '"https://[acts.example"'}, "is no web address"),
        ({"since": None}, "Legal act 1: from is missing; give the first day on which it holds, as 2026-01-31"),
        ({"since": '"2026-01-31"'}, "Legal act 1: from is missing"),
        ({"until": "true"}, "Legal act 1: until is no day; give the last day"),
        (
            {"until": "2025-01-31"},
            "it ends on 2025-01-31, before it starts on 2026-01-31; correct one of the two days.",
        ),
        ({"one_side": '["QQ"]'}, "there is no country 'QQ'; give two letters of ISO 3166-1, such as BR."),
        ({"other_side": "[]"}, 'other_side is missing; give the codes of its countries, as ["BR", "KE"].'),
        ({"other_side": '["FI", "KE"]'}, "KE stands on both sides; name it on one."),
        ({"kinds": '["marriage"]'}, "kinds is a list of twinning and sponsorship, or left out for both."),
        ({"visa": "true"}, "there is no entry 'visa'; the entries are title, citation,"),
    ],
)
def test_a_mistake_is_refused_in_a_sentence(changes: dict[str, str | None], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidLegalActs) as refused:
        read_legal_acts(written(tmp_path, **changes))
    assert sentence in str(refused.value)


def test_each_mistake_has_its_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidLegalActs) as refused:
        read_legal_acts(written(tmp_path, citation=None, since=None, one_side='["QQ"]'))
    assert str(refused.value).count("Legal act 1: ") == 3


@pytest.mark.parametrize("text", ["[[act]", "[act]\ntitle = 'A'", "visa = 1", "act = 3"])
def test_what_is_no_list_of_acts_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "acts.toml"
    file.write_text(text)
    with pytest.raises(InvalidLegalActs, match=r"no TOML|write a table \[\[act\]\]"):
        read_legal_acts(file)


def test_more_acts_than_can_be_told_apart_are_refused(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.write_text(file.read_text() * (MOST_ACTS + 1))
    with pytest.raises(InvalidLegalActs, match=f"There are {MOST_ACTS + 1} legal acts; list at most {MOST_ACTS}."):
        read_legal_acts(file)


def test_the_setting_names_the_file_and_refuses_a_wrong_one(tmp_path: Path) -> None:
    assert MatchingSettings().listed_acts == NO_ACTS
    file = written(tmp_path)
    assert MatchingSettings(legal_acts=file).listed_acts == read_legal_acts(file)
    with pytest.raises(ValidationError, match="citation is missing"):
        MatchingSettings(legal_acts=written(tmp_path, citation=None))


def test_the_setting_holds_the_acts_that_matching_started_with(tmp_path: Path) -> None:
    file = written(tmp_path)
    settings = MatchingSettings(legal_acts=file)
    started_with = settings.listed_acts
    file.write_text("")
    assert settings.listed_acts == started_with
