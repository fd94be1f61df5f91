"""A purpose that mails get has to be written down in few files; the failing test names the next one."""

from pathlib import Path

import pytest

import isopolity.notify
import isopolity.portal
from isopolity.notify.domain.mail import ABOUT_NO_PROPOSAL, Purpose
from isopolity.portal.adapters.titles import MAIL_PURPOSES

MAILS = Path(isopolity.notify.__file__).parent / "templates" / "mail"
JOURNEYS = Path(isopolity.portal.__file__).parent / "templates" / "operations" / "journey-words.html"


@pytest.mark.parametrize("form", ["txt", "html"])
def test_each_purpose_has_a_template_in_both_forms(form: str) -> None:
    missing = {purpose for purpose in Purpose if not (MAILS / f"{purpose}.{form}").exists()}
    assert not missing, f"write its .{form} in notify/templates/mail"


def test_lists_of_mails_have_words_for_each_purpose() -> None:
    assert MAIL_PURPOSES.keys() == set(Purpose), "write it in portal/adapters/titles.py, in MAIL_PURPOSES"


def test_journeys_have_words_for_each_purpose_whose_outcomes_are_published() -> None:
    words = JOURNEYS.read_text(encoding="utf-8").partition("macro purpose(code)")[2].partition("endmacro")[0]
    missing = {purpose for purpose in set(Purpose) - ABOUT_NO_PROPOSAL if f'"{purpose}": _(' not in words}
    assert not missing, "write it in portal/templates/operations/journey-words.html, in purpose"
