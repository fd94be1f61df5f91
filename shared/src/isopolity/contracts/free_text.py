"""Every free text in an event, and the reason why it may stand there: it is about an organisation, never a person."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FREE_TEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CityState.name": "the public name of a city, district, county or consortium",
        "CityState.local_names": "the same name in the city's languages",
        "CityState.about": "who the city is, published in its own words",
        "CityState.web": "the city's public web site",
        "PartnerState.name": "the public name of an organisation",
        "PartnerState.registration_id": "the organisation's number in a public register (org-id.guide)",
        "PartnerState.about": "who the organisation is, published in its own words",
        "PartnerState.web": "the organisation's public web site",
        "Programme.name": "the public name of a line of support",
        "Programme.purpose": "what the programme is for, published by the partner",
        "Programme.eligibility": "the programme's published conditions",
        "RequestState.title": "what the city asks for, published in its name",
        "RequestState.description": "the same at length, published in its name",
        "RequestState.payee": "the organisation that would receive the money, never a person",
        "Reason.text": "one sentence made from templates, codes and the names above",
        "Reason.parameters": "the codes, numbers and names above that the sentence is made from",
        "Side.name": "the member's public name, as it was when the proposal was made",
        "Side.programme_name": "the programme's public name, likewise",
        "Side.request_title": "the request's title, likewise",
        "Side.about": "who the member is, in its own published words, likewise",
        "Side.web": "the member's public web site, likewise",
        "InterestEnded.member_name": "the asker's public name, as it was when it asked",
        "InterestEnded.other_name": "the public name of the member that it asked for, likewise",
        "ProgrammeSummary.purpose": "the programme's published purpose, likewise",
        "ProgrammeSummary.eligibility": "the programme's published conditions, likewise",
        "RequestSummary.description": "the request's description, likewise",
        "RequestSummary.payee": "the organisation that would receive the money, likewise",
    }
)
"""By `Model.field`. A test walks every contract and fails on a free text that is not listed, or listed for nothing."""
