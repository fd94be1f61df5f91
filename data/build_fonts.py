"""Makes the portal's typefaces: `python data/build_fonts.py FOLDER`.

In FOLDER, `npm install` has put `@fontsource/source-serif-4`, `@fontsource/source-sans-3` and
`@fontsource-variable/source-sans-3` 5.3.1 and `@fontsource/noto-sans-arabic` 5.3.0. Their files are copied as they are,
since a changed one may not keep its name, and `fonts.css` says to which characters each belongs.
"""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parents[1] / "services/portal/src/isopolity/portal/static"
_SCRIPTS: Final = ("cyrillic-ext", "cyrillic", "greek", "vietnamese", "latin-ext", "latin")
_HEAD: Final = (
    "/* The typefaces, made by data/build_fonts.py; a browser fetches a file once a page has a letter of it. */\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeface:
    """A family under the name that the stylesheet calls it by."""

    name: str
    package: str
    weights: Sequence[int]
    scripts: Sequence[str]
    in_one: str = ""
    """The script whose weights are in one variable file, which then is smaller; empty for none."""

    def faces(self, packages: Path) -> Iterator[tuple[Path, int, str]]:
        """Each file, a weight that it has, and the characters that it is for.

        Each script has the same weights: a browser chooses the weight first, then a file by its characters.
        """
        ranges = json.loads((packages / "@fontsource" / self.package / "unicode.json").read_text())
        for weight in self.weights:
            for script in self.scripts:
                scope, kind = (
                    ("@fontsource-variable", "wght") if script == self.in_one else ("@fontsource", str(weight))
                )
                file = packages / scope / self.package / "files" / f"{self.package}-{script}-{kind}-normal.woff2"
                yield file, weight, ranges[script]


TYPEFACES: Final = (
    Typeface(name="Source Serif", package="source-serif-4", weights=(600,), scripts=_SCRIPTS),
    Typeface(name="Source Sans", package="source-sans-3", weights=(400, 600), scripts=_SCRIPTS, in_one="latin"),
    Typeface(name="Noto Arabic", package="noto-sans-arabic", weights=(400, 600), scripts=("arabic",)),
)


def main() -> None:
    """Copy the files, write `fonts.css`."""
    packages = Path(sys.argv[1]) / "node_modules"
    faces = [(typeface.name, *face) for typeface in TYPEFACES for face in typeface.faces(packages)]
    for _, file, _, _ in faces:
        shutil.copyfile(file, STATIC / "fonts" / file.name)
    (STATIC / "fonts.css").write_text(_HEAD + "".join(_rule(*face) for face in faces))
    size = sum(file.stat().st_size for file in (STATIC / "fonts").glob("*.woff2"))
    print(f"{len(faces)} faces, {size:,} bytes: {STATIC / 'fonts'}")  # noqa: T201  # a program's output


def _rule(name: str, file: Path, weight: int, characters: str) -> str:
    return (
        f'@font-face {{ font-family: "{name}"; font-weight: {weight}; font-display: optional; '
        f'src: url("fonts/{file.name}") format("woff2"); unicode-range: {characters}; }}\n'
    )


if __name__ == "__main__":
    main()
