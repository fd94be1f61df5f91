"""Examples of the OpenAPI document, from `examples.json`, which has them by the name of their schema."""

import json
from importlib.resources import files
from typing import Final

from pydantic.config import JsonDict

EXAMPLES: Final[dict[str, list[JsonDict]]] = json.loads(
    files(__package__).joinpath("examples.json").read_text(encoding="utf-8")
)
CITY: Final = EXAMPLES["CityInput"][0]
PARTNER: Final = EXAMPLES["PartnerInput"][0]
REQUEST: Final = EXAMPLES["NewRequest"][0]
CONTACT: Final = EXAMPLES["NewContact"][0]
HANDOVER: Final = EXAMPLES["NewHandover"][0]


def with_examples(schema: JsonDict) -> None:
    """Add the examples of the schema, if it has any."""
    if found := EXAMPLES.get(str(schema.get("title"))):
        schema["examples"] = [*found]
