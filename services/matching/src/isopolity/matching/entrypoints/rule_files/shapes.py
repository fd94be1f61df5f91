"""The fields of filters and rules, the same in a file and in a request; `docs/rules.md` explains them."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from isopolity.matching.domain.rules.filters import Grouping, MemberFilter, PairKind
from isopolity.matching.domain.rules.rule_book import Rule
from isopolity.matching.entrypoints.rule_files import values
from isopolity.matching.entrypoints.rule_files.kinds import refusal_of_filter, rule_of

_SEVERAL = "One value, or a list of which one must fit."


class FilterShape(BaseModel):
    """The members that have every attribute that is given; `{}` fits every member."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"region": "africa"}]})

    member: Literal["city", "programme"] | None = Field(default=None, description="Only cities, or only programmes.")
    id: values.Ids | None = Field(
        default=None, description=f"Ids of cities, of partners, or PARTNER/PROGRAMME. {_SEVERAL}"
    )
    region: values.Regions | None = Field(default=None, description=f"Of a city. {_SEVERAL}")
    country: values.Countries | None = Field(default=None, description=f"Of a city, as two letters. {_SEVERAL}")
    kind: values.CityKinds | None = Field(default=None, description=f"What a city is. {_SEVERAL}")
    people_at_least: values.Count | None = Field(default=None, description="A city's population.")
    people_at_most: values.Count | None = None
    needs: values.Subjects | None = Field(default=None, description=f"What a city needs help with. {_SEVERAL}")
    offers: values.Subjects | None = Field(default=None, description=f"What a city offers. {_SEVERAL}")
    without_tie: values.Flag | None = Field(
        default=None, description="true: cities without a tie; false: those with one."
    )
    language: values.Languages | None = Field(default=None, description=f"A member's working language. {_SEVERAL}")
    partner_kind: values.PartnerKinds | None = Field(default=None, description=f"Whose programme it is. {_SEVERAL}")
    home_country: values.Countries | None = Field(default=None, description=f"Of a programme's partner. {_SEVERAL}")

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
    at_least: values.Count | None = None
    at_most: values.Count | None = None
    including: FilterShape | None = Field(default=None, description="Pairs of which a member fits.")
    between: list[FilterShape] | None = Field(
        default=None, description="Two filters: one member fits the first, the other one the second."
    )
    within: Grouping | None = Field(default=None, description="Pairs of two cities of one country, or of one region.")
    across: Grouping | None = Field(default=None, description="Pairs of cities of different countries, or regions.")
    each: FilterShape | None = Field(default=None, description="`at_least` and `at_most` hold for each such member.")
    partner: FilterShape | None = Field(default=None, description="With `each`: only pairs with these members count.")
    of_one: Grouping | None = Field(
        default=None, description="With `each` and `at_most`: counts partners of each country, or region, by itself."
    )
    serve: FilterShape | None = Field(default=None, description="At least so many of these members get a pair.")
    at_least_percent: values.Percent | None = Field(default=None, description="With `serve`: of those with room.")
    common_language: values.Flag | None = Field(default=None, description="true: only pairs that have one.")
    km_at_least: values.Kilometres | None = Field(default=None, description="Only twinnings of cities so far apart.")
    km_at_most: values.Kilometres | None = None
    floor_by: Literal["region"] | None = Field(default=None, description="Each region gets at least its share.")
    tolerance_percent: values.Percent | None = Field(default=None, description="With `floor_by`: 5 if not given.")

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
