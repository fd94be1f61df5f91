"""A city's own words about a need are found again when subjects, modes and intensities change."""

from isopolity.registry.domain.city import Interest
from isopolity.registry.domain.own_words import (
    continued,
    interests_of_values,
    settled,
    values_of_interests,
    with_approved,
    with_words_kept,
)


def need(title: str | None = None, intensity: int = 3, mode: str = "webinar", subject: str = "sdg.4") -> Interest:
    topics = () if title is None else ("topic.556",)
    return Interest(subject=subject, intensity=intensity, mode=mode, title=title, topics=topics)


def titles(needs: tuple[Interest, ...]) -> list[str | None]:
    return [each.title for each in needs]


def test_a_need_continues_rather_that_of_its_title_then_of_its_intensity() -> None:
    old = (need("A", 1), need("B", 2), need("C", 3))
    before, ended = continued((need("b", 1), need(None, 3), need("New", 5, mode="training")), old)
    assert (before, ended) == ([old[1], old[2], None], [old[0]])


def test_the_same_need_twice_continues_two() -> None:
    one = need("A")
    before, ended = continued((one, one), (one, one))
    assert (before, ended) == ([one, one], [])


def test_codes_alone_keep_the_words_of_the_need_that_they_continue() -> None:
    old = (need("A", 1), need("B", 2))
    assert titles(with_words_kept((need(None, 2), need(None, 4), need(None, 5)), old)) == ["B", "A", None]
    assert with_words_kept((need("C", 2),), old) == (need("C", 2),)
    assert with_words_kept((need(None, 1, mode="training"),), old) == (need(None, 1, mode="training"),)


def test_new_words_settle_as_those_that_staff_admitted() -> None:
    old = (need("A", 1), need(None, 2))
    asked = (need("Other", 1), need("More", 2), need("a!", 1, mode="training"), need("A", 1, subject="sdg.1"))
    assert titles(settled(asked, old)) == ["A", None, None, "A"]


def test_approved_words_are_laid_on_what_the_needs_are_by_then() -> None:
    before, wanted = (need("A", 1), need(None, 2)), (need("B", 1), need("C", 2))
    assert with_approved(before, before, wanted) == tuple(
        Interest(subject=each.subject, intensity=each.intensity, mode=each.mode, title=title, topics=each.topics)
        for each, title in zip(before, ("B", "C"), strict=True)
    )
    moved = (need(None, 5), need("A", 4), need(None, 1, mode="training"))
    assert titles(with_approved(moved, before, wanted)) == ["C", "B", None]


def test_approved_words_find_their_needs_when_staff_has_put_the_list_in_another_order() -> None:
    before, wanted = (need("A", mode="training"), need("B")), (need("New", mode="webinar"), need("A", mode="training"))
    assert titles(with_approved(before, before, wanted)) == ["A", "New"]


def test_needs_are_the_same_after_they_were_json() -> None:
    needs = (need("A"), need())
    assert interests_of_values(values_of_interests(needs)) == needs
