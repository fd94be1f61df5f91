"""The base of the schemas of matching's HTTP interface, and the examples of its documentation.

`examples.json` has the examples of each schema by the schema's name.
"""

import json
from importlib.resources import files
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict
from pydantic.config import JsonDict

EXAMPLES: Final[dict[str, list[dict[str, Any]]]] = json.loads(
    files(__package__).joinpath("examples.json").read_text(encoding="utf-8")
)


def _with_examples(schema: JsonDict) -> None:
    if found := EXAMPLES.get(str(schema.get("title"))):
        schema["examples"] = [*found]


class View(BaseModel):
    """A schema with its examples, which can be made from the attributes of an object."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra=_with_examples)

    @classmethod
    def copied(cls, source: object, **others: object) -> Self:
        """Make the view of `source`: each field is in `others`, or the attribute of that name, or has its default."""
        names = cls.model_fields.keys() - others.keys()
        known = {name: getattr(source, name) for name in names if hasattr(source, name)}
        return cls.model_validate({**known, **others}, from_attributes=True)
