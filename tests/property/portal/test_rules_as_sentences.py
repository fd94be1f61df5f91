"""A rule that a form shows as fields is read from them as the same rule, and its file stays as it was written."""

from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching.entrypoints.rule_files.rule_file import read_rules, rule_book
from isopolity.matching.entrypoints.rule_files.written import written_rules
from isopolity.portal.domain.rules.rule_text import rules_in, with_rule, without_rule
from isopolity.portal.domain.rules.sentences import rule_in, sentence_fields
from tests.support.matching.ruled_networks import drawn_book, drawn_rules
from tests.support.portal.rule_words import WORDS

SEEDS = st.integers(0, 2**32)


@given(seed=SEEDS, name=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80))
def test_every_rule_comes_back_from_its_fields_as_the_same_rule(seed: int, name: str) -> None:
    for rule in drawn_rules(seed, rules=6):
        fields = sentence_fields(rule | {"name": name.strip()}, WORDS)
        assert fields is not None, rule
        read, wrong = rule_in(fields, WORDS)
        assert wrong == {}
        assert rule_book({"rules": [read]}) == rule_book({"rules": [rule | {"name": name.strip()}]})


@given(seed=SEEDS)
def test_a_file_that_a_program_wrote_comes_back_from_the_fields_as_the_same_book(seed: int) -> None:
    book = drawn_book(seed, rules=6)
    text = ""
    for rule in rules_in(written_rules(book)):
        read, wrong = rule_in(sentence_fields(rule, WORDS) or {}, WORDS)
        assert wrong == {}
        text = with_rule(text, read)
    assert read_rules(text) == book


@given(seed=SEEDS, at=st.integers(0, 5))
def test_a_rule_that_is_changed_or_taken_out_leaves_the_others_as_they_were(seed: int, at: int) -> None:
    rules = drawn_rules(seed, rules=6)
    text = '# from the ministry\nobjective = "first-ties-first"\n'
    for rule in rules:
        text = with_rule(text, rule)
    at = min(at, len(rules) - 1)
    changed = with_rule(text, {"at_most": 7}, at)
    assert [*rules_in(changed)] == [*rules[:at], {"at_most": 7}, *rules[at + 1 :]]
    assert [*rules_in(without_rule(text, at))] == [*rules[:at], *rules[at + 1 :]]
    assert without_rule(text, at).startswith("# from the ministry\nobjective")
