"""Which of two topics is nearer to a third, as judged by reading the thesaurus before closeness was written."""

from functools import cache

from isopolity.thesaurus.closeness import LEAST, closeness, near
from isopolity.thesaurus.concepts import concept, concepts

NEARER = """
Literacy: Adult literacy, not Museums
Literacy: Functional literacy, not Numeracy
Literacy: Illiteracy, not Public libraries
Adult education: Adult learning, not Higher education
Adult education: Adult educators, not Primary school teachers
Adult education: Evening schools, not Nursery schools
Lifelong learning: Recurrent education, not Primary education
Lifelong learning: Adult education, not Secondary education
Vocational training: Apprenticeship, not Literacy programmes
Vocational training: Vocational education, not Art education
Vocational guidance: Occupational choice, not School meals
Youth unemployment: Unemployment, not Youth movements
Youth unemployment: Youth employment, not Inflation
Youth unemployment: Educated unemployment, not Strikes
Dropouts: Dropping out, not Graduates
Dropouts: Educationally disadvantaged, not Teachers
Early childhood education: Nursery schools, not Universities
Early childhood education: Preschool children, not Elderly
Digital skills: Computer uses in education, not Handwriting instruction
Digital divide: Information society, not Pottery
Public libraries: Municipal libraries, not Academic libraries
Public libraries: Libraries, not Schools
Museums: Museum visits, not Libraries
Museums: Art museums, not Theatre
Elderly: Old age, not Youth
Elderly: Ageing population, not Adolescence
Refugees: Displaced persons, not Women workers
Refugees: Refugee education, not Tourism
Climate change: Global warming, not Noise pollution
Climate change: Climate change adaptation, not Waste disposal
Waste treatment: Waste disposal, not Solar energy
Environmental education: Environmental awareness, not Peace education
Education for sustainable development: Sustainable development, not Music education
Gender equality: Womens rights, not Linguistic rights
Domestic violence: Child abuse, not Terrorism
Persons with disabilities: Disabilities, not Poverty
Special needs education: Inclusive education, not Distance education
Handicrafts: Craft workers, not Painting
Fisheries: Sea fishing, not Forestry
Urban planning: Urban development, not Rural development
Entrepreneurs: Small enterprises, not Trade unions
Mental health: Mental diseases, not Dentistry
Folklore: Traditional cultures, not Modern art
Bullying: Peer relationship, not Class size
"""
TRIPLES = [(one, *rest.split(", not ")) for one, rest in (line.split(": ") for line in NEARER.strip().splitlines())]


LEAST_MET = 0.9
"""Of the judgements; the thesaurus has nothing that joins some, such as entrepreneurs and small enterprises."""


@cache
def codes() -> dict[str, str]:
    return {each.labels["en"]: code for code, each in concepts().items()}


def test_a_topic_is_nearer_to_what_is_closer_in_meaning() -> None:
    wrong = [
        f"{one}: {near} {closeness(codes()[one], codes()[near])}, {far} {closeness(codes()[one], codes()[far])}"
        for one, near, far in TRIPLES
        if closeness(codes()[one], codes()[near]) <= closeness(codes()[one], codes()[far])
    ]
    assert len(TRIPLES) >= 40
    assert len(wrong) <= (1 - LEAST_MET) * len(TRIPLES), wrong


def test_closeness_is_symmetric_and_between_its_bounds() -> None:
    for one in [*concepts()][::7]:
        for other, nearness in near(one).items():
            assert LEAST <= nearness <= 1
            assert closeness(other, one) == nearness


def test_a_topic_is_nearest_to_itself() -> None:
    assert closeness("topic.2", "topic.2") == near("topic.2")["topic.2"] == 1
    assert all(nearness < 1 for other, nearness in near("topic.2").items() if other != "topic.2")


def test_topics_under_a_large_one_are_less_near_than_those_under_a_small_one() -> None:
    small, large = (codes()[label] for label in ("Museums", "Teaching methods"))
    few, many = concept(small).narrower, concept(large).narrower
    assert len(few) < len(many)
    assert closeness(*few[:2]) > max(closeness(many[0], other) for other in many[1:] if other not in related(many[0]))


def related(code: str) -> tuple[str, ...]:
    return concept(code).related


def test_topics_that_have_nothing_to_do_with_each_other_are_not_near() -> None:
    assert closeness(codes()["Literacy"], codes()["Volcanic eruptions"]) == 0


def test_a_code_that_is_no_topic_is_near_nothing_but_itself() -> None:
    assert near("topic.1") == {}
    assert closeness("topic.1", "topic.2") == 0
    assert closeness("topic.1", "topic.1") == 1


def test_most_topics_have_ten_to_a_hundred_near_ones() -> None:
    sizes = sorted(len(near(code)) for code in [*concepts()][::5])
    tenth = len(sizes) // 10
    assert sizes[tenth] >= 10
    assert sizes[-tenth] <= 100
