"""Types of values in rules: one or several codes of the code lists, and numbers with bounds."""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from isopolity.contracts.codes import CITY_KINDS, PARTNER_KINDS, REGIONS, SUBJECTS, country_names, language_names

_LISTED: Final = 8
_MOST: Final = 1_000_000_000


def _several(given: object) -> object:
    """A text as a list of one; any other value as it is."""
    return [given] if isinstance(given, str) else given


def _one_of(noun: str, codes: Callable[[], Mapping[str, str]], such_as: str) -> Callable[[str], str]:
    def checked(code: str) -> str:
        known = codes()
        if code in known:
            return code
        raise ValueError(f"There is no {noun} {code!r}. {_way_out(code, known, such_as)}")

    return checked


def _way_out(code: str, known: Mapping[str, str], such_as: str) -> str:
    """A hint at the right code: the one with that name, else a similar one, else a few examples."""
    by_name = {name.casefold(): code for code, name in known.items()}
    folded = code.casefold()
    meant = {each.casefold(): each for each in known}.get(folded) or by_name.get(folded)
    close = get_close_matches(folded, [*known, *by_name], 1)
    if meant is None and close:
        meant = by_name.get(close[0], close[0])
    return f"Write {meant!r}." if meant else f"Write {such_as}."


def _some(codes: Collection[str]) -> str:
    listed = ", ".join(map(repr, list(codes)[:_LISTED]))
    return f"one of {listed}" + (" …" if len(codes) > _LISTED else "")


_Text = Annotated[str, StringConstraints(min_length=1, max_length=260)]
_Region = Annotated[_Text, AfterValidator(_one_of("region", lambda: REGIONS, _some(REGIONS)))]
_Country = Annotated[
    _Text, AfterValidator(_one_of("country", country_names, "two letters of ISO 3166-1, such as 'BR'"))
]
_Subject = Annotated[_Text, AfterValidator(_one_of("subject", lambda: SUBJECTS, _some(SUBJECTS)))]
_Language = Annotated[_Text, AfterValidator(_one_of("language", language_names, "a code of ISO 639, such as 'pt'"))]
_CityKind = Annotated[_Text, AfterValidator(_one_of("kind of city", lambda: CITY_KINDS, _some(CITY_KINDS)))]
_PartnerKind = Annotated[_Text, AfterValidator(_one_of("kind of partner", lambda: PARTNER_KINDS, _some(PARTNER_KINDS)))]
_SEVERAL: Final = (BeforeValidator(_several), Field(min_length=1, max_length=500))

Ids = Annotated[list[_Text], *_SEVERAL]
Regions = Annotated[list[_Region], *_SEVERAL]
Countries = Annotated[list[_Country], *_SEVERAL]
Subjects = Annotated[list[_Subject], *_SEVERAL]
Languages = Annotated[list[_Language], *_SEVERAL]
CityKinds = Annotated[list[_CityKind], *_SEVERAL]
PartnerKinds = Annotated[list[_PartnerKind], *_SEVERAL]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(ge=0, le=_MOST, strict=True)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Kilometres = Annotated[float, Field(ge=0, le=20_100, allow_inf_nan=False)]
