"""Python's garbage collector in a process that streams: what is loaded at the start is never looked at again.

A batch of decoded events is some thirty thousand young objects. With the collector's defaults each batch sets off full
collections that walk every module loaded, which doubles the cost of a message (`benchmarks/`, consumer_runner).
"""

import gc
from typing import Final

_YOUNG_OBJECTS: Final = 50_000
"""How many are made before the collector looks at them; its default of 700 is less than one small batch."""


def spare_collector() -> None:
    """Call once when everything is loaded: what there is now counts as permanent, and collections become rarer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 50)
