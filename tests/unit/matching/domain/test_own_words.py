"""Own words: two texts about one thing have more in common than two about others, in each language."""

import pytest

from isopolity.matching.domain.meaning.own_words import in_common
from isopolity.matching.domain.meaning.stems import STEMS

ALIKE = {
    "en": ("Learning circles in prisons", "Reading groups for prisoners", "Flood preparedness"),
    "fr": ("Alphabétisation des adultes migrants", "Cours du soir pour migrants adultes", "Jardins d'école"),
    "es": ("Huertos escolares", "Verduras de huertos para la escuela", "Orquestas de barrio"),
    "ru": ("Курсы для пенсионеров: смартфон", "Смартфон для пенсионера", "Музыкальные школы"),
    "ar": ("محو أمية الكبار", "محو الأمية للنساء الكبيرات", "إعادة تدوير النفايات"),
    "zh": ("老年人智能手机课程", "老年大学的智能手机", "垃圾分类"),
    "de": ("Sprachkurse für Pflegekräfte", "Pflegekräfte lernen die Sprache", "Hochwasserschutz"),
}


@pytest.mark.parametrize("language", ALIKE)
def test_texts_about_one_thing_have_more_in_common_than_others(language: str) -> None:
    one, like, unlike = (STEMS.read(title, None, language) for title in ALIKE[language])
    near, far = in_common(one, like), in_common(one, unlike)
    assert near is not None
    assert far is not None
    assert near > far
    assert near == in_common(like, one)
    assert in_common(one, one) == 1


def test_words_of_other_languages_or_none_are_not_compared() -> None:
    english, french = (STEMS.read("Orchestras for children", None, language) for language in ("en", "fr"))
    assert english is not None
    assert in_common(english, french) is None
    assert STEMS.read("Orchestras for children", None, None) is None
    assert STEMS.read(None, None, "en") is None


def test_everyday_words_and_numbers_count_for_nothing() -> None:
    assert STEMS.read("We want to learn from your city in 2027", "Sharing good practices of our projects", "en") is None
    assert STEMS.read("Orchestras", None, "en-GB") == STEMS.read("Our orchestra", None, "en")
