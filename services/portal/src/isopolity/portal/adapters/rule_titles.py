"""Titles of the sentences that a form of rules offers, and of the places that it names, in words that are translated.

Invariant: each sentence of `portal.domain.rules.sentences` has a title here that says what it asks for.
"""

from collections.abc import Mapping
from typing import Final

RULE_SENTENCES: Final = {
    "pairs": "At least or at most a number of pairs",
    "each": "Each member of a group gets at least or at most a number of pairs",
    "serve": "At least a number or share of a group gets a pair",
    "beyond": "Each city gets a partner outside its region",
    "spread": "Each member gets at most one partner of each country",
    "apart": "Two members, or two groups, are never paired",
    "together": "Two members, or two groups, get a pair",
    "abroad": "No pair within one country",
    "language": "Pairs have a working language in common",
    "distance": "Paired cities lie near each other, or far apart",
    "floors": "Each region gets its share",
}
PAIR_PLACES: Final = {
    "in-country": "in one country",
    "in-region": "in one region",
    "out-country": "in two countries",
    "out-region": "in two regions",
    "near-abroad": "in two countries of one region",
}
PARTNER_PLACES: Final = {
    "in-country": "in the city's own country",
    "in-region": "in the city's own region",
    "out-country": "outside the city's country",
    "out-region": "outside the city's region",
    "near-abroad": "in another country of the city's region",
}
RULES: Final[Mapping[str, Mapping[str, str]]] = {
    "RULE_SENTENCES": RULE_SENTENCES,
    "PAIR_PLACES": PAIR_PLACES,
    "PARTNER_PLACES": PARTNER_PLACES,
}
"""Codes and what they mean, by the names that templates have for them."""
