"""A file of rules: each rule is told back as a sentence, and everything that is wrong in one says what to change."""

import pytest

from isopolity.matching.application.wording.rule_sentences import book_sentences
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook
from isopolity.matching.entrypoints.rule_files.rule_file import read_rules
from isopolity.matching.errors import InvalidRules

SENTENCES = {
    'pairs = "twinnings"\nbetween = [{ region = "africa" }, { region = "africa" }]\nat_most = 40': (
        "At most 40 twinnings between two cities of Africa."
    ),
    'between = [{ region = "africa", needs = ["cluster.literacy", "sdg.1"] }, { country = "BR", language = "pt" }]\n'
    "at_least = 3": (
        "At least 3 pairs between a city of Africa that needs help with literacy or ending poverty "
        "and a city of Brazil that works in Portuguese."
    ),
    'pairs = "sponsorships"\nincluding = { kind = "county" }\nat_least = 1\nat_most = 1': (
        "Exactly 1 sponsorship with a county."
    ),
    'pairs = "twinnings"\nincluding = { language = "pt" }\nat_least = 1': (
        "At least 1 twinning with a city that works in Portuguese."
    ),
    'pairs = "twinnings"\neach = {}\npartner = { language = "pt" }\nat_least = 1': (
        "At least 1 twinning with cities that work in Portuguese for each city, as far as it has room and candidates."
    ),
    'including = { home_country = "US" }\nat_least = 1': (
        "At least 1 pair with a programme from the United States of America."
    ),
    'including = { country = ["NL", "FR"] }\nat_least = 1': (
        "At least 1 pair with a city of the Kingdom of the Netherlands or France."
    ),
    'within = "country"\nat_most = 0': "No twinning within one country.",
    'across = "region"\nat_least = 10': "At least 10 twinnings across two regions.",
    "at_least = 2\nat_most = 300": "At least 2 and at most 300 pairs.",
    "each = { without_tie = true }\nat_least = 1": (
        "At least 1 pair for each city without a tie, as far as it has room and candidates."
    ),
    'each = {}\nat_most = 1\nof_one = "country"': "At most 1 pair with partners of one country for each member.",
    'each = { member = "city" }\nacross = "region"\nat_least = 1': (
        "At least 1 twinning with cities outside its region for each city, as far as it has room and candidates."
    ),
    'each = {}\npartner = { language = "pt" }\nwithin = "region"\nacross = "country"\nat_most = 2': (
        "At most 2 twinnings with cities that work in Portuguese within its region outside its country for each city."
    ),
    'each = { partner_kind = ["foundation", "ngo"], home_country = "DE" }\npartner = { region = "arab-states" }\n'
    "at_most = 2": (
        "At most 2 pairs with cities of the Arab States for each programme of a foundation or an NGO from Germany."
    ),
    'each = { id = "tampere" }\npairs = "sponsorships"\nat_most = 0': "No sponsorship for the member tampere.",
    'serve = { region = "africa", people_at_most = 100000 }\nat_least_percent = 80': (
        "At least 80 % of the cities of Africa with at most 100,000 people with room get a pair."
    ),
    'serve = { member = "programme" }\nat_least = 1\npairs = "sponsorships"': (
        "At least 1 programme gets a sponsorship."
    ),
    'common_language = true\npairs = "twinnings"': (
        "Only twinnings of cities with a known working language in common."
    ),
    'km_at_least = 100\nkm_at_most = 5000\nincluding = { offers = "cluster.health" }': (
        "Of twinnings with a city that offers learning for health and well-being only those of cities that are known "
        "to lie from 100 to 5,000 km apart."
    ),
    'floor_by = "region"\ntolerance_percent = 2.5': (
        "Each region gets at least its share of as many pairs as a round without rules has: the share of its cities "
        "among all with room, no more than it can reach alone, less 2.5 %."
    ),
}
WRONG = {
    'pairs = "twinings"\nat_most = 1': (
        "`pairs`: Give one of 'all', 'twinnings' or 'sponsorships'. Did you mean 'twinnings'?"
    ),
    'at_most = "forty"': "`at_most`: Give a whole number.",
    "at_most = -1": "`at_most`: Give 0 or more.",
    "at_least = 3\nat_most = 2": (
        "`at_least` is greater than `at_most`, so that nothing can keep the rule. Swap the two."
    ),
    'including = { region = "Africa" }\nat_most = 1': (
        "`including.region`: There is no region 'Africa'. Write 'africa'."
    ),
    'including = { country = "Brazil" }\nat_most = 1': (
        "`including.country`: There is no country 'Brazil'. Write 'BR'."
    ),
    'including = { country = "xx" }\nat_most = 1': (
        "`including.country`: There is no country 'xx'. Write two letters of ISO 3166-1, such as 'BR'."
    ),
    'including = { countri = "BR" }\nat_most = 1': "`including.countri`: There is no such key. Did you mean `country`?",
    "at_lest = 1": "`at_lest`: There is no such key. Did you mean `at_least`?",
    'pairs = "all"': "It does not say how many. Add `at_least`, `at_most`, or both.",
    'each = { without_tie = true, partner_kind = "ngo" }\nat_least = 1': (
        "`each`: Nobody fits: `without_tie` is of cities and `partner_kind` of programmes. Take one of them out, or "
        "write two filters."
    ),
    "each = {}": "It does not say how many each may have. Add `at_least`, `at_most`, or both.",
    'each = {}\nat_least = 1\nof_one = "country"': (
        "`of_one` goes with `at_most`. Say how many partners of one country a member may have."
    ),
    'each = { member = "programme" }\nacross = "region"\nat_least = 1': (
        "A twinning is of two cities. Take the filter of programmes out, or ask for other pairs."
    ),
    'each = {}\nwithin = "country"\nacross = "country"\nat_most = 1': (
        "No pair is both within and across a country. Take one of the two out."
    ),
    'each = {}\npairs = "sponsorships"\nwithin = "region"\nat_least = 1': (
        '`within` is about two cities, and a sponsorship has one. Write `pairs = "twinnings"`.'
    ),
    'including = { region = ["africa", "arab-state"] }\nat_most = 1': (
        "`including.region.2`: There is no region 'arab-state'. Write 'arab-states'."
    ),
    'between = [{}, { region = "Africa" }]\nat_most = 1': (
        "`between.2.region`: There is no region 'Africa'. Write 'africa'."
    ),
    'floor_by = "country"': "`floor_by`: Write 'region'.",
    'each = { without_tie = "yes" }\nat_least = 1': "`each.without_tie`: Give true or false.",
    'pairs = "twinnings"\nincluding = { partner_kind = "ngo" }\nat_least = 1': (
        "A twinning is of two cities. Take the filter of programmes out, or ask for other pairs."
    ),
    'within = "country"\nacross = "region"\nat_least = 1': (
        "All cities of one country are of one region. Take `within` or `across` out."
    ),
    "at_least = 0": "`at_least = 0` asks for nothing. Write 1 or more, or take the rule out.",
    "each = {}\nat_least = 0": "`at_least = 0` asks for nothing. Write 1 or more, or take the rule out.",
    "serve = {}\nat_least_percent = 0": (
        "`at_least_percent = 0` asks for nothing. Write 1 or more, or take the rule out."
    ),
    "serve = {}": "Say how many are to be served: either `at_least`, or `at_least_percent`.",
    "between = [{}]\nat_least = 1": '`between` has 1 filter. Write two, such as `[{ region = "africa" }, {}]`.',
    'floor_by = "region"\nkm_at_most = 100': (
        "`km_at_most` does not go with `floor_by`. Take it out; a rule with `floor_by` may also have `pairs`, "
        "`tolerance_percent`."
    ),
    "at_most = 1\ntolerance_percent = 3": (
        "`tolerance_percent` goes with `floor_by` only. Add `floor_by`, or take `tolerance_percent` out."
    ),
    'km_at_most = 100\npairs = "sponsorships"': (
        '`km_at_most` is about two cities, and a sponsorship has one. Write `pairs = "twinnings"`.'
    ),
    "common_language = false": "`common_language = false` asks for nothing. Write `true`, or take the rule out.",
    "serve = {}\nat_least = 1\nat_least_percent = 3": (
        "`at_least` and `at_least_percent` do not go together. Write one of them, not both."
    ),
    'between = [{ member = "programme" }, { partner_kind = "ngo" }]\nat_most = 1': (
        "Two programmes are never paired. Write a filter of cities in place of one."
    ),
}


def rules(*tables: str) -> str:
    return "\n".join(f"[[rules]]\n{table}" for table in tables)


@pytest.mark.parametrize("written", SENTENCES)
def test_a_rule_is_told_as_a_sentence(written: str) -> None:
    assert book_sentences(read_rules(rules(written)))[0] == SENTENCES[written]


@pytest.mark.parametrize("written", WRONG)
def test_a_wrong_rule_says_what_to_change(written: str) -> None:
    with pytest.raises(InvalidRules) as refused:
        read_rules(rules("at_most = 9", f'name = "mine"\n{written}'))
    assert refused.value.sentences == (f"Rule 2 “mine”: {WRONG[written]}",)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InvalidRules) as refused:
        read_rules('objective = "best"\n' + rules("at_most = true", 'pairs = "all"'))
    assert [sentence.partition(":")[0] for sentence in refused.value.sentences] == ["Rule 1", "Rule 2", "`objective`"]


def test_a_file_that_is_not_toml_is_told_with_its_line() -> None:
    with pytest.raises(InvalidRules, match=r"This is not TOML: .*line 2"):
        read_rules("[[rules]]\nat_most 3\n")


@pytest.mark.parametrize("written", ['name = "few', "name = 'few", 'including = { region = "africa }'])
def test_a_quote_that_is_not_closed_is_told_with_its_line(written: str) -> None:
    with pytest.raises(InvalidRules) as refused:
        read_rules(f"[[rules]]\nat_most = 3\n{written}\n\n[[rules]]\nat_least = 1\n")
    assert refused.value.sentences == ("Line 3: a quote is not closed. Write the same quote behind the text, too.",)


def test_an_objective_that_is_misspelt_is_told_what_may_be_meant() -> None:
    with pytest.raises(InvalidRules, match=r"`objective`: Give one of .*\. Did you mean 'serve-everybody-first'\?"):
        read_rules('objective = "serve-everyone"')


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[rules]\nat_most = 3\n", "`rules`: Write `[[rules]]`, with two brackets on each side, above each rule."),
        ("[[rule]]\nat_most = 3\n", "`rule`: There is no such key. Did you mean `rules`?"),
        (
            '[[rules]]\nat_most = 3\nobjective = "first-ties-first"\n',
            "Rule 1: `objective`: It is about the whole file. Move it above the first `[[rules]]`.",
        ),
    ],
    ids=["brackets", "singular", "order"],
)
def test_the_usual_slips_of_toml_are_told(text: str, sentence: str) -> None:
    with pytest.raises(InvalidRules) as refused:
        read_rules(text)
    assert refused.value.sentences == (sentence,)


def test_an_empty_file_asks_for_the_most_total_fit() -> None:
    assert read_rules("") == RuleBook()
    assert RuleBook().is_plain


def test_an_objective_is_told_with_its_tolerance() -> None:
    book = read_rules('objective = "as-even-as-possible-by-region"\ntolerance_percent = 2')
    assert book.objective is Objective.AS_EVEN_AS_POSSIBLE_BY_REGION
    assert not book.is_plain
    assert "each to 2 %" in book_sentences(book)[-1]


def test_a_rule_is_called_by_its_name_or_its_number() -> None:
    book = read_rules(rules("at_most = 1", 'name = "few"\nat_most = 2'))
    assert [book.name(0), book.name(1)] == ["rule 1", "rule 2 “few”"]
