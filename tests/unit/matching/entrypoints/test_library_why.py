"""`choice.why`, as who uses the library calls it."""

import pandas as pd

from isopolity.matching import Pair, assign

BIDS = [
    *[(1, "ada", 0.9), (1, "bo", 0.8), (1, "cy", 0.2), (2, "ada", 0.7), (2, "bo", 0.6), (2, "cy", 0.5)],
    *[(3, "ada", 0.8), (3, "bo", 0.1), (3, "cy", 0.4), (3, "dee", 0.0)],
]
CHOICE = assign(BIDS, (2, {"ada": 2, "bo": 2, "cy": 2, "dee": 1}), must=[(2, "bo")], never=[(3, "bo")])


def test_a_chosen_pair_says_so_and_whether_it_must_be() -> None:
    assert str(CHOICE.why(1, "ada")) == "1 of column a and 'ada' of column b are paired, with a score of 0.9."
    assert str(CHOICE.why(2, "bo")).endswith("are paired, with a score of 0.6, because they must be.")


def test_a_pair_that_is_not_chosen_says_who_took_the_places_and_what_it_lacks() -> None:
    found = CHOICE.why(1, "cy")
    assert (found.status, found.rise) == ("not chosen", 0.5)
    assert found.in_its_place == [
        *[Pair(1, "ada", 0.9), Pair(1, "bo", 0.8), Pair(2, "cy", 0.5), Pair(3, "cy", 0.4)],
    ]
    assert "1 of column a is paired with 'ada' and 'bo' instead" in str(found)
    assert str(found).endswith("its score would have to rise by 0.5 at least.")


def test_a_score_that_rises_by_more_is_enough_and_by_less_is_not() -> None:
    for change, is_chosen in ((0.499, False), (0.501, True)):
        raised = [(a, b, score + change * ((a, b) == (1, "cy"))) for a, b, score in BIDS]
        choice = assign(raised, (2, 2), must=[(2, "bo")], never=[(3, "bo")])
        assert (choice.why(1, "cy").status == "chosen") is is_chosen


def test_a_pair_that_cannot_be_says_what_forbids_it() -> None:
    assert CHOICE.why(3, "bo").status == "never"
    assert CHOICE.why(3, "dee").status == "worth nothing"
    assert CHOICE.why(1, "dee").status == "no pair"
    closed = assign(BIDS, (2, {"ada": 0, "bo": 1, "cy": 1, "dee": 1})).why(1, "ada")
    assert (closed.status, str(closed)) == ("no room", "'ada' of column b has a capacity of 0; raise it.")


def test_must_pairs_that_leave_no_room_are_named_as_the_reason() -> None:
    choice = assign([("x", "y", 1), ("y", "z", 9)], must=[("x", "y")])
    assert str(choice.why("y", "z")) == (
        "'y' and 'z' score 9; 'y' is paired with 'x' instead; what must be kept leaves no room for it."
    )


def test_one_id_reads_what_became_of_its_pairs() -> None:
    assert str(CHOICE.why(b="dee")) == "'dee' of column b is in no pair, and has room for 1; all its scores are 0."
    assert str(CHOICE.why(3)) == (
        "3 of column a is paired with 'ada' and 'cy', and has room for 2; 1 of its 3 pairs must never be."
    )
    absent = assign([("x", "y", 3), ("y", "z", 2)]).why("z")
    assert (absent.status, absent.rise) == ("not chosen", 1)
    assert str(absent) == (
        "'z' is in no pair, and has room for 1; the nearest other one is 'y', with a score of 2; its score would have "
        "to rise by 1 at least."
    )


def test_the_pairs_in_a_place_come_as_the_pairs_came() -> None:
    frame = pd.DataFrame(BIDS, columns=["a", "b", "score"])
    found = assign(frame, (2, 2)).why(1, "cy").in_its_place
    assert isinstance(found, pd.DataFrame)
    assert len(found) > 0


def test_of_an_even_choice_no_rise_is_told() -> None:
    found = assign([(1, "ada", 9), (1, "bo", 8), (2, "ada", 3), (2, "bo", 1)], (1, 1), even="a").why(1, "ada")
    assert found.rise is None
    assert str(found).endswith("what it lacks is not told, as the least counts before the sum.")
