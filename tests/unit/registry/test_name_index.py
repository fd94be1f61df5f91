"""Names that an import compares: none that is similar enough is passed over."""

from random import Random

import pytest
from rapidfuzz import fuzz

from isopolity.registry.application.imports.name_index import LIKE, Keyed, NameIndex, likeness_key


@pytest.mark.parametrize("start", ["", "municipality of "])
def test_no_similar_name_is_passed_over(start: str) -> None:
    random = Random(31)
    names = [start + "".join(random.choices("abcde", k=random.randint(2, 14))) for _ in range(1500)]
    known = NameIndex[str]()
    for name in names:
        known.add(Keyed.of(name), name)
    for name in (*names[:300], *names[:20]):  # once all are sorted by their letters, too
        ratios = {other: fuzz.ratio(likeness_key(name), likeness_key(other)) for other in names}
        found = [ratios[other] for other in known.similar(name)]
        assert found == sorted((ratios[each] for each in names if ratios[each] >= 100 * LIKE), reverse=True)


def test_letters_accents_and_additions_do_not_hide_a_name() -> None:
    known = NameIndex[int]()
    for number, name in enumerate(("Köln", "Yaoundé 1er", "Київ", "Αθήνα", "San Juan")):
        known.add(Keyed.of(name), number)
    assert list(known.same("Koln")) == [0]
    assert list(known.longer_or_shorter("Köln am Rhein")) == [0]
    assert list(known.longer_or_shorter("Yaoundé")) == [1]
    assert list(known.same("Kiiv")) == [2]
    assert list(known.same("Athina")) == [3]
    assert list(known.longer_or_shorter("San")) == []
