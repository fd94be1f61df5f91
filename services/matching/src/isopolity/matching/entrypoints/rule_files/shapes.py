"""The fields of filters and rules, the same in a file and in a request; `docs/rules.md` explains them."""

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from isopolity.contracts.codes import CITY_KINDS, PARTNER_KINDS, REGIONS, SUBJECTS, language_names
from isopolity.contracts.countries import country_names
from isopolity.matching.domain.rules.filters import Grouping, MemberFilter, PairKind
from isopolity.matching.domain.rules.floors import EVERY_GROUPING, FloorGrouping, Floors
from isopolity.matching.domain.rules.rule_book import Rule
from isopolity.matching.entrypoints.rule_files.kinds import refusal_of_filter, rule_of

_ONE_OR_MORE = "One value, or a list of which one must fit."
_Text = Annotated[str, StringConstraints(min_length=1, max_length=260)]


def _several(given: object) -> object:
    """A text as a list of one; any other value as it is."""
    return [given] if isinstance(given, str) else given


_SEVERAL: Final = (BeforeValidator(_several), Field(min_length=1, max_length=500))
Ids = Annotated[list[_Text], *_SEVERAL]


def _one_of(noun: str, codes: Callable[[], Mapping[str, str]], such_as: str) -> Callable[[str], str]:
    def checked(code: str) -> str:
        known = codes()
        if code in known:
            return code
        raise ValueError(f"There is no {noun} {code!r}. {_way_out(code, known, such_as)}")

    return checked


_LISTED: Final = 8
_MOST: Final = 1_000_000_000


def _some(codes: Collection[str]) -> str:
    listed = ", ".join(map(repr, list(codes)[:_LISTED]))
    return f"one of {listed}" + (" …" if len(codes) > _LISTED else "")


_Region = Annotated[_Text, AfterValidator(_one_of("region", lambda: REGIONS, _some(REGIONS)))]
Regions = Annotated[list[_Region], *_SEVERAL]
_Country = Annotated[
    _Text, AfterValidator(_one_of("country", country_names, "two letters of ISO 3166-1, such as 'BR'"))
]
Countries = Annotated[list[_Country], *_SEVERAL]
_Subject = Annotated[_Text, AfterValidator(_one_of("subject", lambda: SUBJECTS, _some(SUBJECTS)))]
Subjects = Annotated[list[_Subject], *_SEVERAL]
_Language = Annotated[_Text, AfterValidator(_one_of("language", language_names, "a code of ISO 639, such as 'pt'"))]
Languages = Annotated[list[_Language], *_SEVERAL]
_CityKind = Annotated[_Text, AfterValidator(_one_of("kind of city", lambda: CITY_KINDS, _some(CITY_KINDS)))]
CityKinds = Annotated[list[_CityKind], *_SEVERAL]
_PartnerKind = Annotated[_Text, AfterValidator(_one_of("kind of partner", lambda: PARTNER_KINDS, _some(PARTNER_KINDS)))]
PartnerKinds = Annotated[list[_PartnerKind], *_SEVERAL]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(ge=0, le=_MOST, strict=True)]


class FilterShape(BaseModel):
    """The members that have every attribute that is given; `{}` fits every member."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"region": "africa"}]})

    member: Literal["city", "programme"] | None = Field(default=None, description="Only cities, or only programmes.")
    id: Ids | None = Field(
        default=None, description=f"Ids of cities, of partners, or PARTNER/PROGRAMME. {_ONE_OR_MORE}"
    )
    region: Regions | None = Field(default=None, description=f"Of a city. {_ONE_OR_MORE}")
    country: Countries | None = Field(default=None, description=f"Of a city, as two letters. {_ONE_OR_MORE}")
    kind: CityKinds | None = Field(default=None, description=f"What a city is. {_ONE_OR_MORE}")
    people_at_least: Count | None = Field(default=None, description="A city's population.")
    people_at_most: Count | None = None
    needs: Subjects | None = Field(default=None, description=f"What a city needs help with. {_ONE_OR_MORE}")
    offers: Subjects | None = Field(default=None, description=f"What a city offers. {_ONE_OR_MORE}")
    without_tie: Flag | None = Field(default=None, description="true: cities without a tie; false: those with one.")
    language: Languages | None = Field(default=None, description=f"A member's working language. {_ONE_OR_MORE}")
    partner_kind: PartnerKinds | None = Field(default=None, description=f"Whose programme it is. {_ONE_OR_MORE}")
    home_country: Countries | None = Field(default=None, description=f"Of a programme's partner. {_ONE_OR_MORE}")

    @model_validator(mode="after")
    def _fits_somebody(self) -> Self:
        if refusal := refusal_of_filter(self.filter()):
            raise ValueError(refusal)
        return self

    def filter(self) -> MemberFilter:
        """The filter of the domain."""
        given: dict[str, Any] = self.model_dump(exclude_none=True)
        several = {name: tuple(each) for name, each in given.items() if isinstance(each, list)}
        return MemberFilter(**(given | several))


Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Kilometres = Annotated[float, Field(ge=0, le=20_100, allow_inf_nan=False)]


Groupings = Annotated[list[FloorGrouping], Field(max_length=len(EVERY_GROUPING))]


def floors_of(by: Collection[FloorGrouping] | None, tolerance_percent: float) -> Floors | None:
    """The floors by these attributes; None, those of the network, if no attributes are given."""
    if by is None:
        return None
    return Floors(by=tuple(each for each in EVERY_GROUPING if each in by), tolerance_percent=tolerance_percent)


class RuleShape(BaseModel):
    """One rule. Which kind it is depends on its keys: see docs/rules.md."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"pairs": "twinnings", "between": [{"region": "africa"}, {"region": "arab-states"}], "at_least": 10},
                {"each": {"without_tie": True}, "at_least": 1},
                {"floor_by": "region", "tolerance_percent": 5},
            ]
        },
    )

    name: Annotated[str, StringConstraints(max_length=80)] = Field(default="", description="How messages call it.")
    pairs: PairKind = Field(default=PairKind.ALL, description="The kind of pairs that the rule is about.")
    at_least: Count | None = None
    at_most: Count | None = None
    including: FilterShape | None = Field(default=None, description="Pairs of which a member fits.")
    between: list[FilterShape] | None = Field(
        default=None, description="Two filters: one member fits the first, the other one the second."
    )
    within: Grouping | None = Field(default=None, description="Twinnings of two cities of one country, or region.")
    across: Grouping | None = Field(default=None, description="Twinnings of cities of different countries, or regions.")
    each: FilterShape | None = Field(default=None, description="`at_least` and `at_most` hold for each such member.")
    partner: FilterShape | None = Field(default=None, description="With `each`: only pairs with these members count.")
    of_one: Grouping | None = Field(
        default=None, description="With `each` and `at_most`: counts partners of each country, or region, by itself."
    )
    serve: FilterShape | None = Field(default=None, description="At least so many of these members get a pair.")
    at_least_percent: Percent | None = Field(default=None, description="With `serve`: of those with room.")
    common_language: Flag | None = Field(default=None, description="true: only pairs that have one.")
    km_at_least: Kilometres | None = Field(default=None, description="Only twinnings of cities so far apart.")
    km_at_most: Kilometres | None = None
    floor_by: Literal["region"] | None = Field(default=None, description="Each region gets at least its share.")
    tolerance_percent: Percent | None = Field(default=None, description="With `floor_by`: 5 if not given.")

    @model_validator(mode="after")
    def _is_one_rule(self) -> Self:
        self.rule()
        return self

    def rule(self) -> Rule:
        """The rule of the domain. Raises ValueError where its keys do not go together."""
        given: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        return rule_of({name: _plain(each) for name, each in given.items() if each is not None})


def _plain(given: object) -> object:
    if isinstance(given, FilterShape):
        return given.filter()
    return tuple(map(_plain, given)) if isinstance(given, list) else given


def _way_out(code: str, known: Mapping[str, str], such_as: str) -> str:
    """A hint at the right code: the one with that name, else a similar one, else a few examples."""
    by_name = {name.casefold(): code for code, name in known.items()}
    folded = code.casefold()
    meant = {each.casefold(): each for each in known}.get(folded) or by_name.get(folded)
    close = get_close_matches(folded, [*known, *by_name], 1)
    if meant is None and close:
        meant = by_name.get(close[0], close[0])
    return f"Write {meant!r}." if meant else f"Write {such_as}."
