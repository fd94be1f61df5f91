"""The page of reasons: it names every code, and each row's parameters make the sentence beside them."""

import json
import re
from pathlib import Path
from typing import Final

from isopolity.contracts.matching import TO_MIND
from isopolity.matching.application.wording.reason_sentences import SENTENCES, say

PAGE: Final = (Path(__file__).parents[5] / "docs" / "reasons.md").read_text(encoding="utf-8")
ROWS: Final = re.findall(r"^\| `([a-z-]+)` \| `(.+?)` \| (.+) \|$", PAGE, re.MULTILINE)


def test_each_row_says_what_its_parameters_say() -> None:
    assert {code for code, _, _ in ROWS} == set(SENTENCES)
    for code, parameters, sentence in ROWS:
        assert say(code, json.loads(parameters)) == sentence


def test_what_to_bear_in_mind_is_named() -> None:
    last = PAGE.rstrip().rsplit("\n", 1)[-1]
    assert set(re.findall(r"`([a-z-]+)`", last)) == TO_MIND
