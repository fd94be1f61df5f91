"""Python's garbage collector in a process that streams: what lives long is looked at once at most.

A batch of decoded events is some thirty thousand young objects. With the collector's defaults each batch sets off full
collections that walk every module loaded, which doubles the cost of a message (`benchmarks/`, consumer_runner). A
network of 50,000 members is millions of objects: walking them holds up the event loop for half a second.
"""

import gc
from typing import Final

_YOUNG_OBJECTS: Final = 4_000
"""How many are made before the collector looks at them: no collection takes more than some milliseconds."""
_YOUNG_COLLECTIONS: Final = 2
"""Collections of young objects before one of those that lived through them."""
_MIDDLE_COLLECTIONS: Final = 6_250
"""Such collections before a full one: fifty million new objects."""


def spare_collector() -> None:
    """Call when everything is loaded: what there is now counts as permanent, and collections become rarer.

    What lives through a later full collection counts as permanent, too. Only garbage in cycles among such objects is
    never freed.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, _YOUNG_COLLECTIONS, _MIDDLE_COLLECTIONS)
    if _freeze_survivors not in gc.callbacks:
        gc.callbacks.append(_freeze_survivors)


def _freeze_survivors(phase: str, info: dict[str, int]) -> None:
    """Make what a full collection has left permanent."""
    if phase == "stop" and info["generation"] == 2:
        gc.freeze()
