"""The card that goes into a model file: what it was learned from, how, and what it must not be taken for."""

from collections.abc import Mapping
from typing import Any, Final

from isopolity.matching.affinity.features.pair_features import NAMES
from isopolity.matching.affinity.links import Links
from isopolity.matching.affinity.places import Places

_SPLIT: Final = (
    "Each training pair's features come from a graph without the tenth of the links that it belongs to; a link is "
    "hidden only if both its cities keep another one."
)
_QUALITY: Final = (
    "Training measures none. What this procedure reaches on nine tenths of the links that Isopolity's own model was "
    "learned from stands in its decision record 0020 and in its benchmarks."
)
_LIMITS: Final = (
    "A score tells what has been usual, not what would do well: links that are listed are mostly European, some lists "
    "are incomplete, and a pair that isn't listed may fit all the same. It knows nothing of needs, offers or people."
)
_LICENCE: Final = (
    "Isopolity's own model: twinnings from English Wikipedia (CC BY-SA 4.0), cities from GeoNames (CC BY 4.0), "
    "languages from Unicode CLDR (Unicode licence). A model of other tables is under theirs."
)


def card_of(places: Places, links: Links) -> Mapping[str, Any]:
    """The card of a model of these links."""
    return {
        "data": f"{len(links)} twinnings; {len(places)} cities, {int((links.degree > 0).sum())} of them with one",
        "split": _SPLIT,
        "features": f"{len(NAMES)}: what the cities are, links between their circles, their partners, paths",
        "quality": _QUALITY,
        "limits": _LIMITS,
        "licence": _LICENCE,
    }
