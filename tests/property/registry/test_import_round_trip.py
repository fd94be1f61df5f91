"""Rows written into a CSV file come out of the import as they were, whatever the names and the form of the file."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from isopolity.contracts.cloudevents import encode_data
from isopolity.contracts.codes import MODES, SUBJECTS
from isopolity.registry.application.events import city_json, city_state
from isopolity.registry.domain.city import CityProfile, Interest
from isopolity.registry.domain.errors import InvalidProfile
from isopolity.registry.domain.member import Member
from isopolity.registry.domain.partner import INTERNAL_FIELDS
from isopolity.registry.domain.wording import refuse_unfit
from isopolity.registry.entrypoints.export_file import write_export
from isopolity.registry.entrypoints.imports.cells.conventions import Undecided
from isopolity.registry.entrypoints.imports.row_parser import conventions_of, parse
from isopolity.tables.reader import open_rows

NAMES = st.text(
    alphabet=st.characters(categories=("L", "Mn"), include_characters=" -',;\"", exclude_characters="|"),
    min_size=1,
    max_size=30,
).map(str.strip)
INTERESTS = st.builds(
    Interest,
    subject=st.sampled_from(sorted(SUBJECTS)),
    intensity=st.integers(1, 5),
    mode=st.sampled_from(sorted(MODES)),
    valid_until=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
)
CAPACITIES = ("capacity", "sponsorship_capacity")
COLUMNS = ("kind", "name", "local_names", "country", "geonames_id", "can_host", *CAPACITIES, "needs", "offers")


@st.composite
def profiles(draw: st.DrawFn) -> CityProfile:
    try:
        profile = CityProfile(
            kind="city",
            name=draw(NAMES.filter(bool)),
            country="BR",
            local_names=tuple(draw(st.lists(NAMES.filter(bool), max_size=3))),
            geonames_id=draw(st.integers(1, 10**9)),
            can_host=draw(st.booleans()),
            capacity=draw(st.integers(0, 9)),
            sponsorship_capacity=draw(st.none() | st.integers(0, 9)),
            needs=tuple(draw(st.lists(INTERESTS, max_size=3))),
            offers=tuple(draw(st.lists(INTERESTS, max_size=3))),
        )
        refuse_unfit(profile)
        return profile
    except InvalidProfile:
        return CityProfile(kind="city", name="Plain", country="BR", geonames_id=draw(st.integers(1, 10**9)))


def interest(one: Interest) -> str:
    return ":".join(str(part) for part in (one.subject, one.intensity, one.mode, one.valid_until) if part is not None)


def written(cities: list[CityProfile], delimiter: str, encoding: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(COLUMNS)
    for city in cities:
        writer.writerow(
            [
                city.kind,
                city.name,
                "|".join(name.replace(";", "\\;") for name in city.local_names),
                city.country,
                city.geonames_id,
                "yes" if city.can_host else "no",
                city.capacity,
                city.sponsorship_capacity,
                "|".join(map(interest, city.needs)),
                "|".join(map(interest, city.offers)),
            ]
        )
    return text.getvalue().encode(encoding)


@given(
    st.lists(profiles(), min_size=1, max_size=4),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_cities_come_back_as_they_were_written(cities: list[CityProfile], delimiter: str, encoding: str) -> None:
    source = open_rows(io.BytesIO(written(cities, delimiter, encoding)))
    read = []
    for parsed in parse("cities", source):
        assert isinstance(parsed, tuple), parsed
        read.append(parsed[1].value)
    source.close()
    assert read == cities


def is_fit(name: str) -> bool:
    """Whether an input would let the name in."""
    try:
        refuse_unfit(CityProfile(kind="city", name=name, country="BR"))
    except InvalidProfile:
        return False
    return True


AWKWARD = st.text(st.sampled_from("ab|\\'=+-@;,\" "), min_size=1, max_size=8).map(str.strip).filter(is_fit)
FORMS = st.sampled_from(["csv", "xlsx", "json"])


@given(st.lists(profiles(), min_size=1, max_size=4), st.lists(AWKWARD, max_size=4), FORMS)
def test_cities_come_back_as_they_were_exported(cities: list[CityProfile], names: list[str], form: str) -> None:
    stored = [replace(city, local_names=(*names, *city.local_names), longitude=0.5, latitude=-1e-05) for city in cities]

    async def documents() -> AsyncIterator[dict[str, Any]]:
        for city in stored:
            yield TypeAdapter(CityProfile).dump_python(city, mode="json", exclude=set(INTERNAL_FIELDS))

    async def written(file: io.BytesIO) -> None:
        await write_export("cities", form, documents(), file)

    file = io.BytesIO()
    asyncio.run(written(file))
    source = open_rows(file)
    read = []
    for parsed in parse("cities", source, conventions_of("cities", open_rows(io.BytesIO(file.getvalue())), {})):
        assert isinstance(parsed, tuple), parsed
        read.append(parsed[1].value)
    assert read == stored


WHOLE = st.integers(0, 2_000_000_000)
LATITUDES = st.floats(-90, 90).map(lambda value: round(value, 5))
MARKS = {"point": (".", [",", " ", "\u202f", "\u2019", ""]), "comma": (",", [".", " ", "\u00a0", "'", ""])}


@given(st.lists(st.tuples(WHOLE, LATITUDES), min_size=1, max_size=6), st.sampled_from(sorted(MARKS)), st.data())
def test_numbers_are_read_as_their_writer_meant_them_or_refused(
    numbers: list[tuple[int, float]], convention: str, data: st.DataObject
) -> None:
    decimal, marks = MARKS[convention]
    rows = [["kind", "name", "country", "population", "latitude", "longitude"]]
    for number, (whole, latitude) in enumerate(numbers):
        population = f"{whole:,}".replace(",", data.draw(st.sampled_from(marks)))
        rows.append(["city", f"City {number}", "BR", population, f"{latitude:.5f}".replace(".", decimal), "0"])
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    content = text.getvalue().encode()
    for said in ({"decimal": convention}, {}):
        conventions = conventions_of("cities", open_rows(io.BytesIO(content)), said)
        read = [one for one in parse("cities", open_rows(io.BytesIO(content)), conventions) if isinstance(one, tuple)]
        assert [(one[1].value.population, one[1].value.latitude) for one in read] == numbers


@given(st.lists(st.dates(date(1990, 1, 1), date(2999, 12, 31)), min_size=1, max_size=4), st.sampled_from("./-"))
def test_dates_are_read_as_their_writer_meant_them_or_refused(days: list[date], mark: str) -> None:
    for form, convention in (("%d/%m/%Y", "day-first"), ("%m/%d/%Y", "month-first")):
        rows = [f"T;FI;Title {n};1;2;EUR;{day.strftime(form).replace('/', mark)}" for n, day in enumerate(days)]
        content = "\n".join(["city_name;city_country;title;amount_min;amount_max;currency;starts", *rows]).encode()
        for said in ({"dates": convention}, {}):
            try:
                conventions = conventions_of("requests", open_rows(io.BytesIO(content)), said)
            except Undecided:
                assert not said
                assert all(day.day <= 12 for day in days)
                continue
            read = list(parse("requests", open_rows(io.BytesIO(content)), conventions))
            assert [one[1].value[1].starts for one in read if isinstance(one, tuple)] == days


@given(profiles())
def test_the_event_of_a_city_says_what_the_contract_s_model_would(profile: CityProfile) -> None:
    city = Member(member_id="an-id", version=1, status="endorsed", region="latin-america", profile=profile)
    assert json.loads(city_json(city, bulk=True)) == json.loads(encode_data(city_state(city, bulk=True)))
