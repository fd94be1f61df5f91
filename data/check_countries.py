"""Compares the table of countries with its sources: `python data/check_countries.py FOLDER`.

FOLDER has the files of the United Nations' standard M49 as `UNSD-en.csv` and so on (`ar`, `cn`, `en`, `es`, `fr`, `ru`;
datasets/country-codes has them in `tmp`). Portuguese is compared with CLDR. The table is edited by hand, since the
network decides its names (ADR 0093): each difference is printed, and a decision or an error.
"""

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from babel import Locale

from isopolity.contracts.countries import LANGUAGES, countries

_FILES: Final = {"zh": "cn"}
_FROM_CLDR: Final = "pt"


def differences(folder: Path) -> Iterator[str]:
    """A line for each name that is not that of its source."""
    for language in LANGUAGES:
        source = _cldr() if language == _FROM_CLDR else _united_nations(folder, language)
        for code, country in countries().items():
            ours, theirs = country.names[language], source.get(code, "")
            if ours != theirs:
                yield f"{language} {code}: {ours} | {theirs or 'not there'}"


def _united_nations(folder: Path, language: str) -> Mapping[str, str]:
    text = (folder / f"UNSD-{_FILES.get(language, language)}.csv").read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    header, *rows = csv.reader(lines, delimiter=";" if lines[0].count(";") > lines[0].count(",") else ",")
    code = next(place for place, name in enumerate(header) if "alpha2" in name.lower().replace("-", ""))
    name = next(place for place, title in enumerate(header) if "M49" in title) - 1
    return {row[code]: row[name].strip().replace("'", "\u2019") for row in rows if len(row) > code}


def _cldr() -> Mapping[str, str]:
    return {code: name.replace("'", "\u2019") for code, name in Locale.parse(_FROM_CLDR).territories.items()}


def main() -> int:
    """Print all differences and their number; 0 in any case, for each may be a decision."""
    if len(sys.argv) != 2:
        sys.stderr.write(f"{(__doc__ or '').splitlines()[0]}\n")
        return 2
    found = list(differences(Path(sys.argv[1])))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"{len(found)} names differ from their source, of {len(countries()) * len(LANGUAGES)}.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
