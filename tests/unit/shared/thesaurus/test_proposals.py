"""Topics proposed from one's own words: a fitting one is among them, and none is noise.

Each text has the English labels that may be proposed for it; one of the first two must be.
"""

import pytest

from isopolity.thesaurus.concepts import concepts, label
from isopolity.thesaurus.proposals import proposed

TEXTS = [
    (
        "en",
        "Evening classes for fishermen's families",
        "Evening schools|Fisheries|Part time education|Adult education|Fishing industry|Sea fishing|Family",
    ),
    (
        "en",
        "Second chance school. We run a school for early school leavers and want to learn how others reach them.",
        "Compensatory education|Dropouts|Recurrent education|Dropping out|School leaving|Alternative education",
    ),
    (
        "en",
        "Digital courses in libraries. Older people learn to use online services in our libraries; we look for "
        "teaching materials and for partners who train volunteers.",
        "Elderly|Old age|Teaching materials|Digital libraries|Volunteers|Libraries|Digital skills",
    ),
    (
        "en",
        "We look for partners with experience in family literacy for migrant mothers, with child care.",
        "Family education|Child care|Literacy programmes|Adult literacy|Literacy|Mothers|Migrants",
    ),
    (
        "en",
        "Learning festival. Each spring we hold a festival of lifelong learning with 200 events.",
        "Lifelong learning|Learning cities|Festivals",
    ),
    (
        "en",
        "Sign language courses at public counters. Staff of clinics and schools learn enough to help.",
        "Sign languages|Language instruction|Second language instruction|Medical centres",
    ),
    (
        "fr",
        "Lutter contre le décrochage scolaire : accompagner les jeunes sans diplôme vers l'apprentissage",
        "Dropouts|Dropping out|School leaving|Youth|Graduates|Diplomas|Apprenticeship|Learning",
    ),
    (
        "es",
        "Educación ambiental en las escuelas: huertos y reciclaje",
        "Environmental education|Waste treatment|Green economy|Teacher education schools|Schools",
    ),
    (
        "ru",
        "Курсы компьютерной грамотности для пожилых людей в городских библиотеках",
        "Elderly|Old age|Digital skills|Public libraries|Municipal libraries|Literacy|Digital divide",
    ),
    (
        "ar",
        "دروس محو الأمية للنساء في الأحياء الشعبية مع رعاية الأطفال",
        "Adult literacy|Literacy|Illiteracy|Child care|Women",
    ),
    (
        "pt",
        "Alfabetização de jovens e adultos em comunidades de pescadores",
        "Adult literacy|Literacy|Illiteracy|Fisheries|Fishing industry|Community centres",
    ),
    (
        "zh",
        "社区老年人数字技能培训",
        "Elderly|Old age|Digital skills|Vocational training|Digital divide|Technical and vocational education",
    ),
]


@pytest.mark.parametrize(("language", "text", "fitting"), TEXTS, ids=lambda each: str(each)[:30])
def test_proposals_fit_the_text(language: str, text: str, fitting: str) -> None:
    found = [label(each.code) for each in proposed(text, language)]
    assert found
    assert set(found) <= set(fitting.split("|"))
    assert found[0] in fitting.split("|")[:4]


def test_a_text_without_words_of_a_topic_proposes_none() -> None:
    assert proposed("We look forward to hearing from you!", "en") == []
    assert proposed("", "en") == []


def test_a_text_in_a_language_without_labels_is_read_by_its_letters() -> None:
    assert "Museums" in [label(each.code) for each in proposed("Museums", "nl")]


def test_at_most_as_many_topics_as_wanted_are_proposed() -> None:
    assert len(proposed("Museums, libraries, parks and vocational training", "en", limit=2)) == 2


def test_each_topic_of_the_fitting_ones_exists() -> None:
    labels = {each.labels["en"] for each in concepts().values()}
    assert {one for _, _, fitting in TEXTS for one in fitting.split("|")} <= labels


@pytest.mark.parametrize(
    ("text", "codes"),
    [("alphabétisation des femmes, formation", ["topic.1519", "topic.10766"]), ("des femmes", ["topic.10766"])],
)
def test_a_small_word_of_one_language_proposes_no_topic_of_another(text: str, codes: list[str]) -> None:
    assert [each.code for each in proposed(text)] == codes  # “des” is a stem of the Spanish “Desarme”
