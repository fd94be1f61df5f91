"""Examples of inputs for the OpenAPI document."""

from typing import Final

from pydantic.config import JsonDict

CITY: Final[JsonDict] = {
    "kind": "city",
    "name": "São Leopoldo",
    "country": "BR",
    "geonames_id": 3448744,
    "latitude": -29.76,
    "longitude": -51.147,
    "population": 217409,
    "time_zone": "America/Sao_Paulo",
    "languages": ["pt"],
    "about": "A city between a river and hills, with a school and a library in every quarter.",
    "capacity": 2,
    "sponsorship_capacity": 1,
    "needs": [{"subject": "cluster.literacy", "intensity": 4, "mode": "webinar"}],
    "offers": [{"subject": "sdg.13", "intensity": 3, "mode": "study-visit", "valid_until": "2027-12-31"}],
}
PARTNER: Final[JsonDict] = {
    "kind": "foundation",
    "name": "Example Foundation for Learning",
    "home_country": "NL",
    "registration_id": "NL-KVK-00000000",
    "time_zone": "Europe/Amsterdam",
    "languages": ["en", "nl"],
    "about": "We help cities to open rooms where adults learn to read.",
    "programmes": [
        {
            "name": "Cities that read",
            "purpose": "Places in every quarter where people of all ages learn to read.",
            "budget": 500000,
            "currency": "EUR",
            "grant_min": 10000,
            "grant_max": 50000,
            "subjects": ["cluster.literacy"],
            "supports": ["funding"],
            "regions": ["africa"],
            "cities": 8,
        }
    ],
}
CITY_APPLICATION: Final[JsonDict] = CITY | {"contact": {"name": "Ana Prado", "email": "ana@city.example"}}
REQUEST: Final[JsonDict] = {
    "city_id": "0193e0a2-0000-7000-8000-000000000000",
    "title": "Books for two hundred reading corners",
    "amount_min": 20000,
    "amount_max": 35000,
    "currency": "EUR",
    "beneficiaries": 4000,
    "payee": "Department of Education",
    "subjects": ["cluster.literacy"],
}
CONTACT: Final[JsonDict] = {
    "member_kind": "city",
    "member_id": "0193e0a2-0000-7000-8000-000000000000",
    "role": "deputy",
    "name": "Ana Prado",
    "email": "ana@city.example",
    "language": "pt",
}
HANDOVER: Final[JsonDict] = {
    "member_kind": "city",
    "member_id": "0193e0a2-0000-7000-8000-000000000000",
    "name": "Ben Berg",
    "email": "ben@city.example",
    "predecessor_becomes": "deputy",
}
