"""The script of the demo's history: what the shipped one names is there, and another that is wrong is one sentence."""

from pathlib import Path

import pytest

from isopolity.command.failure import Failure
from isopolity.command.hosting.history.past import ANSWER_DAYS
from isopolity.command.hosting.history.script import NAME, Script, read_script
from tests.support.demo_files import DEMO, read, read_lines

SCRIPT = read_script(DEMO / NAME)


def joined(script: Script) -> set[str]:
    """The names of all cities and partners that join in the past."""
    cities = [city["name"] for city in read_lines(DEMO / "cities.jsonl")]
    partners = list(dict.fromkeys(row["name"] for row in read(DEMO / "partners.csv")))
    found: set[str] = set()
    for wave in script.joining:
        found |= {*cities[wave.first :: wave.every], *partners[wave.first :: wave.partners_every]}
    return found


def test_whoever_acts_has_joined() -> None:
    named = {change.member for change in SCRIPT.changes} | {new.partner for new in SCRIPT.programmes}
    named |= {name for listed in SCRIPT.shortlist for name in (listed.partner, listed.city)}
    assert named <= joined(SCRIPT)


def test_two_years_are_told_and_no_mail_of_them_is_older_than_mails_are_kept() -> None:
    assert 600 < max(wave.days for wave in SCRIPT.joining) < 730


def test_an_answer_is_due_on_the_day_after_the_start() -> None:
    assert min(held.days for held in SCRIPT.rounds) == ANSWER_DAYS - 1


def test_there_is_a_task_of_each_kind_for_the_office() -> None:
    assert SCRIPT.applications
    assert SCRIPT.changes
    assert SCRIPT.reasons
    assert any(new.refused for new in SCRIPT.programmes)
    assert any(not new.refused for new in SCRIPT.programmes)


def test_applications_come_from_no_member_and_from_addresses_that_never_resolve() -> None:
    members = {city["name"] for city in read_lines(DEMO / "cities.jsonl")}
    for application in SCRIPT.applications:
        assert application.city["name"] not in members
        assert application.city["contact"]["email"].endswith(".example")
        assert application.city["illustrative"] is True


@pytest.mark.parametrize("content", ["joining = 3", "rounds =", "[[joining]]\ndays = 1\n"])
def test_a_script_that_is_wrong_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content, encoding="utf-8")
    with pytest.raises(Failure, match=r"The history in .* cannot be read"):
        read_script(tmp_path / NAME)
