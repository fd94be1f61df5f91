"""A slip of the pen is corrected at once; another meaning waits, however small its text."""

# ruff: noqa: RUF001 - letters that look alike are meant
import pytest

from isopolity.registry.domain.review import is_slip

SLIPS = [
    ("We support libaries.", "We support libraries."),
    ("We suport libraries in Afrika.", "We support libraries in Africa."),
    ("Librareis", "Libraries"),
    ("Libraries, schools and museums", "libraries; schools and Museums!"),
    ("“Read” – for all", '"Read" - for all'),
    ("Bibliotheques", "Bibliothèques"),
    ("Bibliothe\u0300ques", "Bibliothèques"),
    ("Βιβλιοθηκες", "Βιβλιοθήκες"),
    ("Библиотека", "Библиотеки"),
    ("Libaries apply at https://read.example/apply.", "Libraries apply at (https://read.example/apply)!"),
    ("Up to 1,5 million", "Up to 1.5 million"),
    (None, None),
]
OTHERS = [
    ("Libraries", "Stadiums"),
    ("We support libraries.", "We do not support libraries."),
    ("We now support schools", "We not support schools"),
    ("Grants of 10 % for schools", "Grants of 90 % for schools"),
    ("Up to 1.000 EUR", "Up to 10.000 EUR"),
    ("Up to 100 €", "Up to 100 $"),
    ("for men", "for women"),
    ("a legal ground", "a regal ground"),
    ("an inclusive city", "an exclusive city"),
    ("libaries, schols, museeums", "libraries, schools, museums"),
    ("Libraries", "Libraries and stadiums"),
    ("図書館を支持する", "図書館を不支持する"),
    ("المكتبات العامة", "المكتبات الخاصة"),
    ("Apply at https://foundation.example", "Apply at https://foundations.example"),
    ("Apply at foundation.example", "Apply at foundation.examples"),
    ("Apply at https://read.example/Apply", "Apply at https://read.example/apply"),
    ("Apply at good-read.example", "Apply at good read.example"),
    ("We read more. Info follows", "We read more.info follows"),
    ("We read more. Info follows", "We read more。info follows"),
    (None, "Stadiums"),
    ("Libraries", None),
    ("Libraries", ""),
]


@pytest.mark.parametrize(("admitted", "changed"), SLIPS)
def test_a_slip_of_the_pen_says_the_same(admitted: str | None, changed: str | None) -> None:
    assert is_slip(admitted, changed)
    assert is_slip(changed, admitted)


@pytest.mark.parametrize(("admitted", "changed"), OTHERS)
def test_another_meaning_is_no_slip(admitted: str | None, changed: str | None) -> None:
    assert not is_slip(admitted, changed)
    assert not is_slip(changed, admitted)
