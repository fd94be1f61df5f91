"""Whole numbers and dates that come as text: what pydantic would take in silence for something else is refused.

“84.000” would be 84, and “86400” a day in 1970.
"""

import re
from datetime import date
from typing import Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

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
