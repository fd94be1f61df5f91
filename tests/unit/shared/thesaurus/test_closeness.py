"""Which of two topics is nearer to a third, as judged by reading the thesaurus before closeness was written."""

import pytest

from isopolity.thesaurus.closeness import closeness
from isopolity.thesaurus.concepts import concepts

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


@pytest.mark.parametrize(("one", "near", "far"), TRIPLES, ids=lambda each: str(each))
def test_a_topic_is_nearer_to_what_is_closer_in_meaning(one: str, near: str, far: str) -> None:
    codes = {each.labels["en"]: code for code, each in concepts().items()}
    assert closeness(codes[one], codes[near]) > closeness(codes[one], codes[far])
