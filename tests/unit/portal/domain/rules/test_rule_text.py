"""The ten worked examples of docs/rules.md come back unchanged from sentences; comments in a file stay."""

import re
from pathlib import Path

import pytest

from isopolity.portal.domain.rules.rule_text import document_in, rules_in, with_rule, without_rule
from isopolity.portal.domain.rules.sentences import rule_in, sentence_fields, start_fields
from tests.support.portal.rule_words import WORDS

PAGE = (Path(__file__).parents[5] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^### \d+\. [^\n]*\n.*?^```toml\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
EXAMPLES = EXAMPLE.findall(PAGE)


def test_there_are_ten_examples() -> None:
    assert len(EXAMPLES) == 10


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_read_as_sentences_and_written_as_the_same_text(text: str) -> None:
    head = "".join(line for line in text.partition("[[rules]]")[0])
    written = head
    for rule in rules_in(text):
        fields = sentence_fields(rule, WORDS)
        assert fields is not None
        read, wrong = rule_in(fields, WORDS)
        assert wrong == {}
        written = with_rule(written, read)
    assert written == text


COMMENTED = """# For 2027.
objective = "first-ties-first"

# asked for by the council
[[rules]]
at_most = 5   # it was 7

# the second
[[rules]]
each = {}
at_most = 1
"""


def test_comments_of_other_rules_stay() -> None:
    assert with_rule(COMMENTED, {"at_most": 6}, 0) == COMMENTED.replace("5   # it was 7", "6")
    assert without_rule(COMMENTED, 0) == COMMENTED.replace(
        "# asked for by the council\n[[rules]]\nat_most = 5   # it was 7\n\n", ""
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"objective": "first-ties-first", "rules": [{"at_most": 5}, {"each": {}, "at_most": 1}]}',
        'objective = "first-ties-first"\nrules = [{ at_most = 5 }, { each = {}, at_most = 1 }]\n',
        'objective = "first-ties-first"\n[[rules]]\nat_most = 5\n[[rules]]\nat_most = 1\n[rules.each]\n',
        'objective = "first-ties-first"\n[[rules]]\nname = """\n[[rules]]"""\nat_most = 5\n[[rules]]\nat_most = 1\n',
    ],
    ids=["json", "in one line", "tables", "a name over two lines"],
)
def test_a_file_in_another_form_keeps_its_rules(text: str) -> None:
    rules = rules_in(text)
    added = with_rule(text, {"at_most": 9})
    assert [*rules_in(added)] == [*rules, {"at_most": 9}]
    assert (document_in(added) or {})["objective"] == "first-ties-first"
    assert [*rules_in(without_rule(text, 0))] == [*rules[1:]]


@pytest.mark.parametrize("text", ["[[rules]", "{", "rules = 5", '[[rules]]\nregion = "x"\nat_most = 1979-05-27'])
def test_a_rule_that_fields_cannot_say_is_left_to_the_file(text: str) -> None:
    assert [sentence_fields(each, WORDS) for each in rules_in(text)] in ([], [None])


@pytest.mark.parametrize("typed", ["3000", "3 000", "3 000 km", "3,000 KM"])
def test_a_distance_is_read_with_its_unit(typed: str) -> None:
    rule, wrong = rule_in({**start_fields("distance", WORDS), "rule-km_at_most": typed}, WORDS)
    assert (rule["km_at_most"], wrong) == (3000, {})
