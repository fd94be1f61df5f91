"""`/registry/v1/figures`: how many take part, for everybody."""

from pydantic import BaseModel, ConfigDict, Field

from isopolity.registry.entrypoints.http.context import Registry
from isopolity.web.routing import PrefixRouter

router = PrefixRouter(prefix="/registry/v1/figures", tags=["figures"])


class Figures(BaseModel):
    """The network in numbers."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cities": 425, "partners": 31, "requests": 120, "twinnings": 610}]}
    )

    cities: int = Field(description="Endorsed cities.")
    partners: int = Field(description="Endorsed partners.")
    requests: int = Field(description="Open requests.")
    twinnings: int = Field(description="Declared twinnings.")


@router.get("", summary="Count who takes part")
async def figures(registry: Registry) -> Figures:
    """Members, requests and ties that stand now."""
    return Figures(
        cities=(await registry.cities.counts()).get("endorsed", 0),
        partners=(await registry.partners.counts()).get("endorsed", 0),
        requests=(await registry.requests.counts()).get("published", 0),
        twinnings=(await registry.twinnings.counts()).get("declared", 0),
    )
