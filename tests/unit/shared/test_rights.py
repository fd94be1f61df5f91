"""Which scopes hold which rights."""

import pytest

from isopolity.identity.actors import OFFICE_SCOPES, SCOPES, holds, without_repetition
from isopolity.portal.adapters.titles import RIGHTS, RIGHTS_ABOUT


@pytest.mark.parametrize("right", OFFICE_SCOPES)
def test_the_whole_scope_holds_each_of_its_rights_and_none_of_the_other(right: str) -> None:
    assert holds({"staff", "operator"}, right)
    assert [whole for whole in ("staff", "operator") if holds({whole}, right)] == [right.split(":")[0]]


@pytest.mark.parametrize("right", OFFICE_SCOPES)
def test_whoever_holds_a_right_reads_and_does_nothing_else_beside_it(right: str) -> None:
    whole = right.split(":")[0]
    if right != whole:
        held = {wanted for wanted in OFFICE_SCOPES if holds({right}, wanted)}
        assert held == {right, f"{whole}:read"}


@pytest.mark.parametrize("unknown", ["staff:all", "staff:", "Staff", "staff:endorse:x", "contacts", "operator:manage"])
def test_a_scope_that_is_not_known_holds_nothing(unknown: str) -> None:
    assert not [wanted for wanted in (*SCOPES, unknown, f"{unknown}:read") if holds({unknown}, wanted)]


def test_scopes_without_rights_are_held_by_themselves_alone() -> None:
    for scope in ("member", "contacts:read"):
        assert holds({scope}, scope)
        assert not holds(set(SCOPES) - {scope}, scope)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["staff", "staff:read", "staff:endorse"], ("staff",)),
        (["staff:read", "staff:endorse", "staff:endorse"], ("staff:endorse",)),
        (["staff:read"], ("staff:read",)),
        (["operator:read", "staff"], ("operator:read", "staff")),
    ],
)
def test_what_other_scopes_hold_is_left_out(given: list[str], kept: tuple[str, ...]) -> None:
    assert without_repetition(given) == kept


def test_each_right_has_a_title_and_a_line_on_the_page_of_the_office() -> None:
    assert set(RIGHTS_ABOUT) == set(OFFICE_SCOPES)
    assert set(RIGHTS) == {*OFFICE_SCOPES, "operator:manage"}
