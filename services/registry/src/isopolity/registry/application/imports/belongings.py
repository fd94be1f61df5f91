"""Imports rows that belong to cities: needs and offers, requests to sponsors, and existing twinnings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from isopolity.machine.clock import IdFactory
from isopolity.machine.turns import Turns
from isopolity.registry.application.events import publish_member, publish_request, publish_twinning
from isopolity.registry.application.imports.lookup import MemberLookup, ambiguity
from isopolity.registry.application.imports.name_index import exact_key
from isopolity.registry.application.imports.rows import (
    TOGETHER,
    CityReference,
    ImportRow,
    Outcome,
    RowProblem,
    StatedInterests,
    overlaid,
)
from isopolity.registry.application.ports import AggregateT, RegistryRepositories, Surroundings
from isopolity.registry.application.revised_profiles import with_internal_fields
from isopolity.registry.domain.errors import RegistryError
from isopolity.registry.domain.member import City
from isopolity.registry.domain.own_words import with_silent
from isopolity.registry.domain.request import Request, RequestDetails, request_key
from isopolity.registry.domain.twinning import REFUSED, RETRACTED, Twinning


async def import_interests(
    rows: Sequence[ImportRow[StatedInterests]],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
    lookup: MemberLookup,
) -> None:
    """Import needs and offers of registered cities, in place of those that are stored."""
    cities = await _cities([row.value.city for row in rows], uow, surroundings, lookup)
    turns = Turns()
    for row in rows:
        await turns.over()
        reference = row.value.city
        if not _all_known(row.line, [reference], cities, lookup, outcome):
            continue
        old = cities[reference]
        if not outcome.is_first(old.member_id, row.line, advice=TOGETHER):
            continue
        new = _revision(row.line, old, partial(_with_interests, old, row.value, surroundings.ids), outcome)
        if new is not None:
            uow.cities.save(new)
            outcome.note_emptied(row.line, old.profile, new.profile)
            publish_member(uow.outbox, "revised", new, bulk=True)


def _with_interests(city: City, stated: StatedInterests, ids: IdFactory) -> City:
    needs = with_silent(stated.needs, city.profile.needs, stated.silent["needs"])
    offers = with_silent(stated.offers, city.profile.offers, stated.silent["offers"])
    profile = replace(city.profile, needs=needs, offers=offers)
    return city.revised(with_internal_fields(profile, city.profile, ids), city.region)


async def import_requests(
    rows: Sequence[ImportRow[tuple[CityReference, RequestDetails]]],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
    lookup: MemberLookup,
) -> None:
    """Import requests of registered cities."""
    cities = await _cities([row.value[0] for row in rows], uow, surroundings, lookup)
    known = [row for row in rows if _all_known(row.line, [row.value[0]], cities, lookup, outcome)]
    keys = [request_key(cities[row.value[0]].member_id, row.value[1].title) for row in known]
    stored = await uow.requests.by_keys(keys)
    ended = [one.request_id for one in stored.values() if one.status == "closed"]
    back = await uow.done_imports.taken_back("request", ended) if ended else ()
    turns = Turns()
    for row, key in zip(known, keys, strict=True):
        await turns.over()
        reference, details = row.value
        if not outcome.is_first(key, row.line):
            continue
        old = stored.get(key)
        if old is None:
            city_id = cities[reference].member_id
            identifier = surroundings.ids()
            new = Request(request_id=identifier, version=1, status="published", city_id=city_id, details=details)
            uow.requests.add(new)
            publish_request(uow.outbox, "published", new, bulk=True)
            outcome.created += 1
            outcome.record(row.line, None, new)
            continue
        if old.request_id in back:
            again = old.published_again(details)
            uow.requests.save(again)
            publish_request(uow.outbox, "published", again, bulk=True)
            outcome.created += 1
            outcome.record(row.line, None, again)
            continue
        revised = _revision(row.line, old, partial(_with_details, old, details, row.given), outcome)
        if revised is not None:
            uow.requests.save(revised)
            outcome.note_emptied(row.line, old.details, revised.details)
            publish_request(uow.outbox, "revised", revised, bulk=True)


def _with_details(request: Request, details: RequestDetails, given: frozenset[str]) -> Request:
    return request.revised(overlaid(details, request.details, given))


async def import_twinnings(
    rows: Sequence[ImportRow[tuple[CityReference, CityReference, int | None]]],
    uow: RegistryRepositories,
    surroundings: Surroundings,
    outcome: Outcome,
    lookup: MemberLookup,
) -> None:
    """Import twinnings of registered cities: claims are confirmed, retracted and refused twinnings stay so."""
    cities = await _cities([one for row in rows for one in row.value[:2]], uow, surroundings, lookup)
    known = [row for row in rows if _all_known(row.line, row.value[:2], cities, lookup, outcome)]
    pairs = [sorted(cities[one].member_id for one in row.value[:2]) for row in known]
    stored = await uow.twinnings.get_many({":".join(pair) for pair in pairs})
    ended = [one.identifier for one in stored.values() if one.status == RETRACTED]
    back = await uow.done_imports.taken_back("twinning", ended) if ended else ()
    turns = Turns()
    for row, (city_a, city_b) in zip(known, pairs, strict=True):
        await turns.over()
        since = row.value[2]
        if city_a == city_b:
            outcome.note(RowProblem(row.line, row.value[1].column, "Name two different cities."))
            continue
        if not outcome.is_first(f"{city_a}:{city_b}", row.line):
            continue
        old = stored.get(f"{city_a}:{city_b}")
        if old is None:
            new = Twinning(city_a=city_a, city_b=city_b, version=1, status="declared", since=since)
            uow.twinnings.add(new)
            publish_twinning(uow.outbox, new)
            outcome.record(row.line, None, new)
            outcome.created += 1
        elif old.identifier in back:
            again = old.declared_again(since)
            uow.twinnings.save(again)
            publish_twinning(uow.outbox, again)
            outcome.record(row.line, None, again)
            outcome.created += 1
        elif old.status in (RETRACTED, REFUSED):
            detail = f"This twinning was {old.status}; take the row out, or declare it again with POST."
            outcome.note(RowProblem(row.line, None, detail))
        else:
            revise = partial(old.declared_again, since if since is not None else old.since)
            if (revised := _revision(row.line, old, revise, outcome)) is not None:
                uow.twinnings.save(revised)
                publish_twinning(uow.outbox, revised)


def _revision(line: int, old: AggregateT, revise: Callable[[], AggregateT], outcome: Outcome) -> AggregateT | None:
    """The revised entry, counted and recorded; None if it is as before, or if the row is refused."""
    try:
        new = revise()
    except RegistryError as error:
        outcome.refuse(line, error)
        return None
    outcome.record(line, old, new)
    if new is old:
        outcome.unchanged += 1
        return None
    outcome.revised += 1
    return new


async def _cities(
    references: Sequence[CityReference], uow: RegistryRepositories, surroundings: Surroundings, lookup: MemberLookup
) -> Mapping[CityReference, City]:
    """The city of each reference, found by id, natural key, or else name; unknown references are left out."""
    of_key = await uow.cities.by_keys({one.key for one in references if not one.city_id})
    names = {one.key: one.name for one in references if one.name}
    by_key = {
        key: city
        for key, city in of_key.items()
        if key not in names or exact_key(names[key]) == exact_key(city.profile.name)
    }
    named = {one for one in references if one.name and one.key not in by_key}
    countries = {one.country for one in named}
    await lookup.learn(surroundings.regions if "" in countries else countries)
    found = {one: lookup.find(one.kind, one.country, one.name) for one in named}
    ids = {one: some[0].member_id for one, some in found.items() if len(some) == 1}
    ids |= {one: one.city_id for one in references if one.city_id}
    by_id = await uow.cities.get_many(set(ids.values()))
    return {one: by_key[one.key] for one in references if one.key in by_key and not one.city_id} | {
        one: by_id[city_id] for one, city_id in ids.items() if city_id in by_id
    }


def _all_known(
    line: int,
    references: Iterable[CityReference],
    cities: Mapping[CityReference, City],
    lookup: MemberLookup,
    outcome: Outcome,
) -> bool:
    unknown = [reference for reference in references if reference not in cities]
    for reference in unknown:
        outcome.note(RowProblem(line, reference.column, _unknown(reference, lookup)))
    return not unknown


def _unknown(reference: CityReference, lookup: MemberLookup) -> str:
    """The sentence about a city that is not registered or shares its name with others."""
    kind, country, name = reference.kind, reference.country, reference.name
    if not name:
        return "No city is registered under this; correct it, or import the city first."
    if found := lookup.find(kind, country, name):
        return ambiguity(name, found, reference.id_column)
    where = f" in {country}" if country else ""
    near = [one.name if one.kind == kind else one.beside(kind) for one in lookup.near(country, name)]
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"No {kind} is registered as “{name}”{where}; correct it, or import it first.{meant}"
