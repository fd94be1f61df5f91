"""Makes matching's time zones of places from the gazetteer: `python data/build_zones.py [zones.txt.xz]`.

A line is a country, one of its zones, and the places in it as `latitude,longitude`, to hundredths of a degree; those of
a country with one zone are left out. Same input, same output.
"""

import lzma
import sys
from collections import defaultdict
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
INPUT: Final = _ROOT / "shared/src/isopolity/gazetteer/places.txt.xz"
OUTPUT: Final = _ROOT / "services/matching/src/isopolity/matching/zones/zones.txt.xz"


def main() -> None:
    """Read the gazetteer, write the zones."""
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for place in lzma.decompress(INPUT.read_bytes()).decode().splitlines():
        _, _, country, latitude, longitude, _, zone = place.partition("|")[0].split("\t")
        found[country][zone].add(f"{float(latitude):.2f},{float(longitude):.2f}")
    lines = [
        "\t".join((country, zone, " ".join(sorted(places) if len(zones) > 1 else ())))
        for country, zones in sorted(found.items())
        for zone, places in sorted(zones.items())
    ]
    output.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
    print(f"{len(lines):,} zones, {output.stat().st_size:,} bytes: {output}")  # noqa: T201  # a program's output


if __name__ == "__main__":
    main()
