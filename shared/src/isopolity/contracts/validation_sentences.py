"""Errors of pydantic as sentences that say what to change; whole numbers and dates that come as text.

pydantic would silently take some texts for something else: “84.000” for 84, and “86400” for a day in 1970. `DIGITS` and
`YEAR_FIRST` refuse them.
"""

import re
from collections.abc import Mapping
from datetime import date
from string import Formatter
from typing import Any, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_SENTENCES: Final = {
    "missing": "Give a value.",
    "extra_forbidden": "Remove this field: it does not exist.",
    "int_parsing": "Give a whole number.",
    "int_type": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "int_parsing_size": "Give a smaller number.",
    "float_parsing": "Give a number, with a point before the decimals.",
    "float_type": "Give a number.",
    "finite_number": "Give a finite number.",
    "bool_parsing": "Give yes or no.",
    "bool_type": "Give true or false.",
    "string_type": "Give a text.",
    "string_unicode": "Remove invalid characters: half of a surrogate pair, or bytes that are not UTF-8.",
    "string_too_short": "Give a value.",
    "too_short": "Give a value.",
    "too_few_characters": "Give {min_length} characters or more.",
    "too_few": "Give {min_length} entries or more.",
    "date_from_datetime_inexact": "Give the date as YYYY-MM-DD.",
    "date_from_datetime_parsing": "Give the date as YYYY-MM-DD.",
    "date_parsing": "Give the date as YYYY-MM-DD.",
    "tuple_type": "Give a list.",
    "list_type": "Give a list.",
    "model_type": "Give an object with fields.",
    "model_attributes_type": "Give an object with fields.",
    "string_pattern_mismatch": "Give a value of the form {pattern}.",
    "string_too_long": "Give at most {max_length} characters.",
    "too_long": "Give at most {max_length} entries.",
    "greater_than_equal": "Give {ge} or more.",
    "greater_than": "Give more than {gt}.",
    "less_than": "Give less than {lt}.",
    "less_than_equal": "Give {le} or less.",
    "literal_error": "Give one of {expected}.",
    "enum": "Give one of {expected}.",
    "json_invalid": "The body is not JSON; correct it.",
}
_SHORT: Final = {"string_too_short": "too_few_characters", "too_short": "too_few"}
"""Of what is there, but short."""
_FORMS: Final = {
    "^[A-Z]{2}$": "Give the country as its two letters of ISO 3166-1, such as BR.",
    "^[A-Z]{3}$": "Give the currency as its three letters of ISO 4217, such as EUR.",
    "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "Give the language as its code of ISO 639, such as pt.",
    "^[A-Za-z0-9_.:-]{1,128}$": "Give an id as registry gave it.",
    "^[\x21-\x7e]+$": "Give a text without spaces, of ASCII characters only.",
}

_FORM_CODES: Final = dict(
    zip(_FORMS, ("form-of-country", "form-of-currency", "form-of-language", "form-of-id", "form-of-ascii"), strict=True)
)


def sentence(error: Mapping[str, Any]) -> str:
    """The sentence for one entry of a pydantic error: what to change."""
    context = _context(error)
    if (form := _FORMS.get(str(context.get("pattern")))) is not None:
        return form
    template = _SENTENCES.get(_kind(error, context))
    return template.format_map(context) if template is not None else str(error["msg"]).removeprefix("Value error, ")


def code_and_parameters(error: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    """The code of the sentence with its parameters, so that it can be said in another language; None: it has no code.

    Codes are the types of pydantic, two for what is short, and those of the forms that are known; see `codes`.
    """
    context = _context(error)
    if (form := str(context.get("pattern"))) in _FORMS:
        return _FORM_CODES[form], {}
    kind = _kind(error, context)
    if (template := _SENTENCES.get(kind)) is None:
        return None, {}
    parameters = {name for _, name, _, _ in Formatter().parse(template) if name}
    return kind.replace("_", "-"), {name: str(context[name]) for name in parameters}


def codes() -> set[str]:
    """All codes of sentences about a field."""
    return {kind.replace("_", "-") for kind in _SENTENCES} | set(_FORM_CODES.values())


def _context(error: Mapping[str, Any]) -> dict[str, Any]:
    """The context of pydantic's error; whole numbers without decimals, as people write them."""
    given = (error.get("ctx") or {}).items()
    return {name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in given}


def _kind(error: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """The type of the error. A text that is measured after another check is counted in entries, as a list is."""
    kind = str(error["type"])
    if kind in _SHORT and error.get("input") and context["min_length"] > 1:
        return _SHORT[kind]
    return "string_too_long" if kind == "too_long" and context.get("field_type") == "Value" else kind


_WHOLE: Final = re.compile("[-+]?[0-9]+")
_DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _plain_whole(value: object) -> object:
    if isinstance(value, str) and not _WHOLE.fullmatch(value.strip()):
        raise PydanticCustomError("whole_form", "Give a whole number.")
    return value


def _plain_date(value: object) -> object:
    if isinstance(value, str) and _DATE.match(value.strip()):
        return value
    if (isinstance(value, date) and type(value) is date) or value is None:
        return value
    raise PydanticCustomError("date_form", "Give the date as YYYY-MM-DD.")


DIGITS: Final = BeforeValidator(_plain_whole)
"""Admits a text only if it has digits only."""
YEAR_FIRST: Final = BeforeValidator(_plain_date)
"""Admits a text only if it begins with the year, and no number."""
