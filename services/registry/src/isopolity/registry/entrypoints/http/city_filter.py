"""Query parameters that filter cities, for all addresses with a selection of cities."""

import re
from typing import Annotated, Final, Literal

from fastapi import Depends, Query
from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from isopolity.registry.application.directory import Box, Filter
from isopolity.registry.application.place_keys import keys_of_places
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import is_staff, statuses_for
from isopolity.web.problems import Problem
from isopolity.web.security import Caller

MemberStatus = Literal["applied", "endorsed", "withdrawn", "any"]
_MOST: Final = 100
_ID: Final = r"[A-Za-z0-9_.:-]{1,128}"


def _few(text: str) -> str:
    if text.count(",") >= _MOST:
        raise PydanticCustomError("too_many", f"Name at most {_MOST} members in one question.")
    return text


Ids = Annotated[
    str,
    Field(pattern=f"^{_ID}(,{_ID})*$", examples=["espoo,aarhus"]),
    AfterValidator(_few),
    Query(description=f"Their ids, at most {_MOST}, with commas between them"),
]
_DEGREES: Final = r"-?\d{1,3}(\.\d{1,4})?"
_BOX: Final = f"{_DEGREES}(,{_DEGREES}){{3}}"


def _box(text: str) -> Box:
    """The part of the map that the text names. Raises PydanticCustomError if it names none."""
    if re.fullmatch(_BOX, text):
        south, west, north, east = map(float, text.split(","))
        if -90 <= south < north <= 90 and -180 <= west < east <= 180:
            return Box(south, west, north, east)
    raise PydanticCustomError("no_box", "Give south, west, north and east, in degrees.")


def _bounded(text: str) -> str:
    _box(text)
    return text


Within = Annotated[
    str,
    Field(json_schema_extra={"pattern": f"^{_BOX}$"}, examples=["36,126,38.5,130"]),
    AfterValidator(_bounded),
    Query(
        description="Part of the map: south, west, north and east, in degrees; its northern and eastern bounds are "
        "excluded, but for 90 and 180"
    ),
]


def city_filter(
    principal: Caller,
    country: f.Country | None = None,
    region: f.Region | None = None,
    subject: Annotated[f.Subject | None, Query(description="A subject that is needed or offered")] = None,
    need: f.Subject | None = None,
    offer: f.Subject | None = None,
    need_topic: Annotated[f.Topic | None, Query(description="A topic of a need, whatever its subject")] = None,
    offer_topic: Annotated[f.Topic | None, Query(description="A topic of an offer, whatever its subject")] = None,
    mode: Annotated[
        f.Mode | None, Query(description="The mode of the subject, need or offer asked for; else of any need or offer")
    ] = None,
    language: Annotated[f.Language | None, Query(description="A working language; `pt` also finds `pt-BR`")] = None,
    population_min: Annotated[f.Count | None, Query(description="Inhabitants, at least")] = None,
    population_max: Annotated[f.Count | None, Query(description="Inhabitants, at most")] = None,
    within: Within | None = None,
    ids: Ids | None = None,
    text: Annotated[
        f.Text | None,
        Query(
            description="Words of the name, or a name of the place in any language; accents and case do not matter",
            max_length=200,
        ),
    ] = None,
    status: Annotated[MemberStatus | None, Query(description="Other than endorsed: for staff")] = None,
) -> Filter:
    """Cities that match all given parameters. Raises Problem 403 for a status that the caller may not see."""
    return Filter(
        statuses=statuses_for(principal, status, "endorsed"),
        country=country,
        region=region,
        subject=subject,
        need=need,
        offer=offer,
        need_topic=need_topic,
        offer_topic=offer_topic,
        mode=mode,
        language=language,
        population_min=population_min,
        population_max=population_max,
        within=None if within is None else _box(within),
        ids=None if ids is None else tuple(ids.split(",")),
        text=text,
        or_keys=() if text is None else keys_of_places(text),
    )


def attention_filter(
    principal: Caller,
    without_contact: Annotated[bool, Query(description="That nobody answers for; for staff")] = False,
    without_confirmed_contact: Annotated[
        bool, Query(description="That have contacts, of whom nobody has confirmed the address; for staff")
    ] = False,
    unchanged_since: Annotated[
        AwareDatetime | None, Query(description="Of which nothing has changed since; for staff")
    ] = None,
) -> Filter:
    """The filter for members that need staff's attention. Raises Problem 403 unless the caller is staff."""
    if (without_contact or without_confirmed_contact or unchanged_since) and not is_staff(principal):
        raise Problem(403, "Only staff can ask who has no contact, or has not changed.", code="scope-missing")
    return Filter(
        without_contact=without_contact,
        without_confirmed_contact=without_confirmed_contact,
        unchanged_since=unchanged_since,
    )


LookedAfter = Annotated[Filter, Depends(attention_filter)]
"""Filter from the parameters for staff only."""
Wanted = Annotated[Filter, Depends(city_filter)]
"""Filter from the parameters for everybody."""
