"""Members that are gone are taken out of rules; all other rules stay as they were written."""

from isopolity.portal.domain.rules.members_taken_out import names_any, pairs_without, without_members
from isopolity.portal.domain.rules.rule_text import rules_in

TEXT = """# of the council
[[rules]]
name = "few"
each = { id = ["lyon", "turku"] }
at_most = 1

[[rules]] # stays
at_least = 2

[[rules]]
between = [{ id = "lyon" }, { region = "africa" }]
at_least = 1
"""


def test_a_rule_about_others_too_stays_for_these() -> None:
    text = without_members(TEXT, ["lyon"])
    first, second = rules_in(text)
    assert first["each"] == {"id": "turku"}
    assert second == {"at_least": 2}
    assert "# stays" in text


def test_a_rule_that_is_about_nobody_else_goes() -> None:
    assert [*map(dict, rules_in(without_members(TEXT, ["lyon", "turku"])))] == [{"at_least": 2}]


def test_rules_that_name_others_stay_to_the_letter() -> None:
    assert without_members(TEXT, ["espoo"]) == TEXT
    assert not any(names_any(rule, ["espoo"]) for rule in rules_in(TEXT))


def test_pairs_that_name_one_of_them_go() -> None:
    assert pairs_without([["lyon", "turku"], ["turku", "lima"]], ["lyon"]) == [["turku", "lima"]]
