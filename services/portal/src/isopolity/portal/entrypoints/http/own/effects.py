"""What other needs and offers would do to a city's suggestions, asked of matching as what-ifs.

Nothing is proposed to anybody by looking, and nothing is saved.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from isopolity.client import matching
from isopolity.client.matching.models import SuggestionView
from isopolity.contracts.codes import interest_text
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis, ServiceAway
from isopolity.portal.domain.json_values import objects_in
from isopolity.portal.domain.steps.effect import Effect
from isopolity.portal.domain.steps.interest_rows import PARTS
from isopolity.portal.domain.steps.step import Profile
from isopolity.portal.entrypoints.http.forms.optional_answers import unless

Stated = Mapping[str, Sequence[str]]
"""Needs and offers as texts, by `need` and `offer`; the names are those of matching's parameters."""
_COMPARED: Final = 10


def stated_in(profile: Profile) -> Stated:
    """The needs and offers of a profile, or of a change of one; an empty text stands for none."""
    return {
        kind: [interest_text(each) for each in objects_in(profile.get(part))] or [""] for kind, part in PARTS.items()
    }


async def effect_of(apis: ServiceApis, city_id: str, before: Stated, after: Stated) -> Effect | None:
    """Who comes in and who goes out among the ten best; None where that cannot be told now.

    Raises NotAllowed where the needs or offers are none that can be stated.
    """
    both = asyncio.gather(*(_suggestions(apis, city_id, each) for each in (before, after)))
    found = await unless(both, NothingThere, ServiceAway)
    return None if found is None else Effect.between(*found)


async def _suggestions(apis: ServiceApis, city_id: str, stated: Stated) -> Sequence[SuggestionView]:
    call = matching.members.suggestions(city_id, need=stated["need"], offer=stated["offer"], limit=_COMPARED)
    return await apis.send(call)
