"""Cities as large as real ones (some 1 kB as an event), the same for everybody who asks for as many."""

from collections.abc import Iterator
from csv import writer
from datetime import UTC, date, datetime
from io import StringIO
from random import Random
from typing import Any

from isopolity.client.registry.models import CityApplication
from isopolity.contracts.event import Envelope, Event, Lineage
from isopolity.contracts.registry import CityState, Need, Offer
from isopolity.machine.clock import uuid7
from isopolity.messaging.broker import Message
from isopolity.messaging.codec import to_message

CITY_REGISTERED = "isopolity.registry.city.registered.v1"
_COUNTRIES = (("FR", "europe"), ("KE", "africa"), ("JP", "asia"), ("MX", "latin-america"), ("JO", "arab"))
_MODES = ("webinar", "training", "study-visit", "peer-review", "good-practice")


def city(number: int, version: int = 1) -> CityState:
    """City number `number`."""
    random = Random(number)  # noqa: S311  # sample data
    country, region = random.choice(_COUNTRIES)
    subjects = random.sample(range(1, 18), 8)
    return CityState(
        city_id=f"city-{number:08d}",
        version=version,
        status="endorsed",
        kind="city",
        name=f"Sample City {_letters(number)}",
        local_names=(f"Ville exemplaire {_letters(number)}", f"Ciudad de São Paulo {_letters(number)}"),
        country=country,
        region=region,
        geonames_id=1_000_000 + number,
        latitude=random.uniform(-60, 70),
        longitude=random.uniform(-179, 179),
        population=random.randint(10_000, 9_000_000),
        languages=("fr", "en"),
        web=f"https://city-{number}.example/learning-city",
        needs=tuple(Need(**_interest(random, subject)) for subject in subjects[:4]),
        offers=tuple(Offer(**_interest(random, subject)) for subject in subjects[4:]),
    )


def _letters(number: int) -> str:
    """The number as a word: names of cities have no digits."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _interest(random: Random, subject: int) -> dict[str, object]:
    valid_until = date(2028, 6, 30) if random.random() < 0.5 else None
    return {
        "subject": f"sdg.{subject}",
        "intensity": random.randint(1, 5),
        "mode": random.choice(_MODES),
        "valid_until": valid_until,
    }


COLUMNS = (
    "kind",
    "name",
    "local_names",
    "country",
    "geonames_id",
    "latitude",
    "longitude",
    "population",
    "languages",
    "web",
    "capacity",
    "needs",
    "offers",
    "contact_name",
    "contact_email",
)


def csv_file(count: int, *, capacity: int = 1, contacts: bool = False) -> bytes:
    """The cities as a file for registry's import."""
    text = StringIO()
    rows = writer(text)
    rows.writerow(COLUMNS if contacts else COLUMNS[:-2])
    for number in range(count):
        rows.writerow(_cells(city(number), capacity) + (_contact(number) if contacts else []))
    return text.getvalue().encode()


def _cells(state: CityState, capacity: int) -> list[object]:
    needs, offers = ("|".join(_cell(entry) for entry in entries) for entries in (state.needs, state.offers))
    names, languages = "|".join(state.local_names), "|".join(state.languages)
    place = (state.geonames_id, state.latitude, state.longitude, state.population)
    return ["city", state.name, names, state.country, *place, languages, state.web, capacity, needs, offers]


def _cell(entry: Need | Offer) -> str:
    end = f":{entry.valid_until}" if entry.valid_until else ""
    return f"{entry.subject}:{entry.intensity}:{entry.mode}{end}"


def _contact(number: int) -> list[object]:
    return [f"Coordinator of city {number}", f"coordinator@city-{number}.example"]


def application(number: int) -> dict[str, Any]:
    """A city as the body of a POST."""
    derived = {"city_id", "version", "status", "region", "bulk", "moved_ids"}
    return city(number).model_dump(mode="json", exclude_none=True, exclude=derived)


def applied(number: int, **more: object) -> CityApplication:
    """The body of `application` as a model of the client, with the fields `more` changed."""
    return CityApplication.model_validate(application(number) | more)


def event(data: CityState) -> Event[CityState]:
    """The event that tells of a city."""
    schema = f"urn:isopolity:schema:{CITY_REGISTERED}"
    lineage = Lineage(uuid7(), uuid7(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    source = "urn:isopolity:registry"
    return Event(Envelope(uuid7(), source, CITY_REGISTERED, data.city_id, datetime.now(UTC), schema, lineage), data)


def messages(count: int) -> Iterator[Message]:
    """The messages of `count` cities."""
    return (to_message(event(city(number))) for number in range(count))
