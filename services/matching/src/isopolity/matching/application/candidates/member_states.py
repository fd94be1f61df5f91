"""From the states in events to members as matching sees them; codes that this release does not know are left out."""

from collections.abc import Sequence
from datetime import date

from isopolity.contracts.codes import MODES, SUBJECTS
from isopolity.contracts.registry import CityState, Need, Offer, PartnerState, RequestState
from isopolity.matching.domain.member import City, Programme, Request, Topic


def city_from(state: CityState, told_on: date | None = None) -> City:
    """The city in a registry event, and when it was told."""
    return City(
        city_id=state.city_id,
        version=state.version,
        status=state.status,
        kind=state.kind,
        name=_line(state.name),
        country=state.country,
        region=state.region,
        geonames_id=state.geonames_id,
        latitude=state.latitude,
        longitude=state.longitude,
        population=state.population or None,
        languages=state.languages,
        learning_city_since=state.learning_city_since,
        creative_field=state.creative_field,
        can_travel=state.can_travel,
        can_host=state.can_host,
        online_only=state.online_only,
        wants_own_country=state.wants_own_country,
        capacity=state.capacity,
        needs=_topics(state.needs),
        offers=_topics(state.offers),
        illustrative=state.illustrative,
        told_on=told_on,
    )


def programmes_from(state: PartnerState, told_on: date | None = None) -> tuple[Programme, ...]:
    """The programmes of the partner in a registry event, and when it was told."""
    return tuple(
        Programme(
            programme_id=programme.programme_id,
            partner_id=state.partner_id,
            partner_version=state.version,
            partner_kind=state.kind,
            partner_name=_line(state.name),
            status=state.status,
            home_country=state.home_country,
            name=_line(programme.name),
            budget=programme.budget,
            currency=programme.currency,
            grant_min=programme.grant_min,
            grant_max=programme.grant_max,
            languages=state.languages,
            opens=programme.opens,
            closes=programme.closes,
            subjects=_subjects(programme.subjects),
            supports=programme.supports,
            regions=programme.regions,
            countries=programme.countries,
            population_min=programme.population_min,
            population_max=programme.population_max,
            cities=programme.cities,
            illustrative=state.illustrative,
            told_on=told_on,
        )
        for programme in state.programmes
    )


def request_from(state: RequestState) -> Request:
    """The request in a registry event."""
    return Request(
        request_id=state.request_id,
        version=state.version,
        status=state.status,
        city_id=state.city_id,
        title=_line(state.title),
        amount_min=state.amount_min,
        amount_max=state.amount_max,
        currency=state.currency,
        ends=state.ends,
        subjects=_subjects(state.subjects),
        illustrative=state.illustrative,
    )


def _line(text: str) -> str:
    """A name as it stands in a sentence: one space between words."""
    return " ".join(text.split())


def _topics(entries: Sequence[Need] | Sequence[Offer]) -> tuple[Topic, ...]:
    return tuple(
        Topic(subject=entry.subject, intensity=entry.intensity, mode=entry.mode, valid_until=entry.valid_until)
        for entry in entries
        if entry.subject in SUBJECTS and entry.mode in MODES
    )


def _subjects(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code in SUBJECTS)
