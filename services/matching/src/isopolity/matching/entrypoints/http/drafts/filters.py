"""Conditions on the pairs of a draft, for the query parameters of a list and the body of an order to publish."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from isopolity.matching.application.workflows.drafts.pairs import Standing, Wanted

Kind = Literal["twinning", "sponsorship"]
_Value = Annotated[float, Field(ge=0, le=10**6, allow_inf_nan=False, description="In the unit of the value.")]


class PairsFilter(BaseModel):
    """Conditions that a pair has to meet; an omitted field sets no condition."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"kind": "sponsorship", "country": "KE", "value_min": 0.5}]}
    )

    member: Annotated[str, Field(max_length=260)] | None = Field(default=None, description="Named as in edits.")
    text: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Part of a name, however accents and case are written."
    )
    kind: Kind | None = None
    standing: Standing | None = None
    value_min: _Value | None = None
    value_max: _Value | None = None
    country: Annotated[str, Field(max_length=2)] | None = Field(default=None, description="Of a city of the pair.")
    region: Annotated[str, Field(max_length=64)] | None = Field(default=None, description="Of a city of the pair.")

    def wanted(self) -> Wanted:
        """The conditions in the form that the list of pairs uses."""
        return Wanted(**self.model_dump())
