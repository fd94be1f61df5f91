"""Subjects of the frame by what people write instead: topics that belong to a subject, and German names.

Invariant: topics find a subject only where it is much nearer to one of them than any other; else the likeliest subjects
are offered, and a person chooses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from isopolity.thesaurus.closeness import closeness
from isopolity.thesaurus.concepts import DEFAULT_LANGUAGE, concepts

_SURE: Final = 0.7
"""The least closeness of a topic to one of a subject's own, for which the subject is found."""
_APART: Final = 0.2
"""How much less near every other subject has to be."""
_LIKELY: Final = 0.4
_MOST_LIKELY: Final = 3
_TOPICS: Final[Mapping[str, Sequence[str]]] = {
    "area.cohesion": ("Empowerment", "Community participation"),
    "area.prosperity": ("Economic and social development", "Cultural development"),
    "area.sustainability": ("Sustainable development",),
    "area.inclusive-education": ("Inclusive education", "Special needs education", "Educational opportunities"),
    "area.communities": ("Family education", "Community education", "Nonformal education", "Informal learning"),
    "area.workplace": ("Vocational training", "Workers education"),
    "area.technologies": ("Educational technology", "Digital skills", "Distance education"),
    "area.quality": ("Educational quality", "Teacher education"),
    "area.culture": ("Lifelong learning", "Learning cities"),
    "area.governance": ("Governance", "Local government"),
    "area.resources": ("Educational finance", "Financing"),
    "cluster.sustainable-development": ("Education for sustainable development", "Environmental education"),
    "cluster.equity": ("Inclusive education", "Educational discrimination", "Right to education"),
    "cluster.planning": ("Educational planning", "Educational evaluation"),
    "cluster.citizenship": ("Global citizenship education", "Civic education", "Peace education"),
    "cluster.entrepreneurship": ("Entrepreneurs", "Small enterprises"),
    "cluster.health": ("Health", "Health education", "Well-being"),
    "cluster.literacy": ("Literacy", "Adult literacy", "Functional literacy"),
    "sdg.1": ("Poverty",),
    "sdg.2": ("Hunger", "Food security", "Nutrition", "Agriculture"),
    "sdg.3": ("Health", "Well-being", "Diseases"),
    "sdg.4": ("Education", "Educational quality", "Adult education", "Schools"),
    "sdg.5": ("Gender equality", "Women"),
    "sdg.6": ("Water supply", "Drinking water", "Sanitation"),
    "sdg.7": ("Renewable energy sources", "Energy conservation"),
    "sdg.8": ("Employment", "Unemployment", "Youth employment", "Economic growth"),
    "sdg.9": ("Industry", "Innovation", "Technology"),
    "sdg.10": ("Social inequality", "Equal opportunity", "Migrants"),
    "sdg.11": ("Urban development", "Urban planning", "Housing", "Transport", "Cultural heritage"),
    "sdg.12": ("Consumption", "Wastes"),
    "sdg.13": ("Climate change",),
    "sdg.14": ("Oceans", "Marine environment"),
    "sdg.15": ("Forests", "Biodiversity"),
    "sdg.16": ("Peace", "Justice", "Democracy", "Human rights"),
    "sdg.17": ("International cooperation",),
}
"""The topics that belong to each subject, by their English labels."""
GERMAN: Final[Mapping[str, Sequence[str]]] = {
    "area.sustainability": ("Nachhaltigkeit", "nachhaltige Entwicklung"),
    "area.inclusive-education": ("inklusive Bildung",),
    "area.communities": ("Lernen in der Familie", "Familienlernen", "Familienbildung"),
    "area.workplace": ("Lernen am Arbeitsplatz", "Weiterbildung", "berufliche Bildung"),
    "area.technologies": ("digitales Lernen", "digitale Bildung"),
    "cluster.sustainable-development": ("Bildung für nachhaltige Entwicklung", "BNE", "Nachhaltigkeit"),
    "cluster.equity": ("Inklusion", "Chancengleichheit"),
    "cluster.planning": ("Bildungsplanung",),
    "cluster.citizenship": ("politische Bildung", "Demokratiebildung"),
    "cluster.entrepreneurship": ("Unternehmertum", "Gründung"),
    "cluster.health": ("Gesundheit", "Gesundheitsbildung"),
    "cluster.literacy": ("Alphabetisierung", "Grundbildung"),
    "sdg.1": ("Armut",),
    "sdg.3": ("Gesundheit",),
    "sdg.4": ("Bildung", "hochwertige Bildung"),
    "sdg.5": ("Gleichstellung", "Geschlechtergleichstellung"),
    "sdg.6": ("Wasser",),
    "sdg.7": ("erneuerbare Energien",),
    "sdg.8": ("Beschäftigung", "Arbeit"),
    "sdg.10": ("Chancengleichheit",),
    "sdg.11": ("Stadtentwicklung",),
    "sdg.13": ("Klimaschutz", "Klimawandel"),
    "sdg.16": ("Frieden", "Demokratie"),
}
"""German names of subjects, which the thesaurus lacks; a name of several subjects asks which is meant."""


@dataclass(frozen=True, slots=True)
class SubjectsOfTopics:
    """The subject that topics belong to, or None; and the likeliest ones, the first one first."""

    found: str | None
    likely: Sequence[str]


def subjects_of(topics: Iterable[str]) -> SubjectsOfTopics:
    """The subjects to which these topics belong."""
    nearest: dict[str, float] = {}
    for topic in topics:
        for subject, own in _own_topics().items():
            nearest[subject] = max(nearest.get(subject, 0), *(closeness(topic, each) for each in own))
    first = sorted((each for each in nearest if nearest[each] >= _LIKELY), key=lambda each: (-nearest[each], each))
    likely = first[:_MOST_LIKELY]
    if not likely or nearest[likely[0]] < _SURE:
        return SubjectsOfTopics(None, likely)
    others = [nearest[each] for each in likely[1:]]
    is_apart = all(each <= nearest[likely[0]] - _APART for each in others)
    return SubjectsOfTopics(likely[0] if is_apart else None, likely)


@cache
def _own_topics() -> Mapping[str, Sequence[str]]:
    named = {each.labels[DEFAULT_LANGUAGE]: code for code, each in concepts().items()}
    return {subject: [named[label] for label in labels] for subject, labels in _TOPICS.items()}
