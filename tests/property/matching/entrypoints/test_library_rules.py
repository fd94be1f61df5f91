"""`assign` under rules on groups, beside every choice, with the rules read anew from what their documentation says."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from isopolity.matching import Rule, UnmetRules, assign
from tests.support.examples import examples

Row = tuple[str, str, int, str, int]
COLUMNS = ("paper", "reviewer", "bid", "area", "hours")

ROWS = [
    *[("p", "ada", 9, "nlp", 2), ("p", "bo", 8, "nlp", 1), ("q", "ada", 7, "vision", 1), ("q", "bo", 6, "vision", 3)],
    *[("q", "cy", 5, "vision", 2), ("r", "ada", 8, "nlp", 1), ("r", "bo", 1, "nlp", 2), ("r", "cy", 4, "nlp", 1)],
]
GROUPS = st.sampled_from([None, {"area": "nlp"}, {"reviewer": ["bo", "cy"]}, {"area": "vision", "reviewer": "ada"}])
COUNTING = st.builds(
    Rule,
    at_least=st.integers(0, 3),
    at_most=st.integers(3, 5) | st.none(),
    where=GROUPS,
    per=st.sampled_from([(), "area", ("reviewer", "area")]),
    amount=st.sampled_from([None, None, "hours"]),
).filter(lambda rule: rule.at_least or rule.at_most is not None)
SERVING = st.builds(Rule, served=st.sampled_from(["paper", "reviewer"]), at_least=st.integers(1, 3))


def matching(rule: Rule, rows: Sequence[Row]) -> list[Row]:
    """The rows that a rule counts."""
    kept = list(rows)
    for column, value in (rule.where or {}).items():
        at = COLUMNS.index(column)
        kept = [row for row in kept if row[at] in (value if isinstance(value, list) else [value])]
    return kept


def keeps(rule: Rule, chosen: Sequence[Row]) -> bool:
    if rule.served is not None:
        return len({row[COLUMNS.index(rule.served)] for row in chosen}) >= rule.at_least
    places = [COLUMNS.index(column) for column in ([rule.per] if isinstance(rule.per, str) else rule.per)]
    for group in {tuple(row[at] for at in places) for row in matching(rule, ROWS)}:
        counted = [row for row in matching(rule, chosen) if tuple(row[at] for at in places) == group]
        total = len(counted) if rule.amount is None else sum(row[4] for row in counted)
        if total < rule.at_least or (rule.at_most is not None and total > rule.at_most):
            return False
    return True


@examples(60)
@given(rules=st.lists(COUNTING | SERVING, max_size=2), most=st.tuples(st.integers(1, 2), st.integers(1, 3)))
def test_rules_hold_and_the_bound_is_above_every_choice_that_keeps_them(
    rules: Sequence[Rule], most: tuple[int, int]
) -> None:
    values = []
    for size in range(len(ROWS) + 1):
        for chosen in combinations(ROWS, size):
            loads = [max(Counter(row[side] for row in chosen).values(), default=0) for side in (0, 1)]
            if loads[0] <= most[0] and loads[1] <= most[1] and all(keeps(rule, chosen) for rule in rules):
                values.append(sum(row[2] for row in chosen))
    try:
        choice = assign(ROWS, most, columns=COLUMNS, rules=rules, mode="exact")
    except UnmetRules as error:
        if "No choice keeps" in str(error) or "cannot be kept together" in str(error):
            assert not values
        return
    pairs = {(pair.a, pair.b) for pair in choice.pairs}
    assert all(keeps(rule, [row for row in ROWS if row[:2] in pairs]) for rule in rules)
    assert choice.value <= max(values) <= choice.bound + 1e-6
    assert choice.certificate.verify().is_proved
