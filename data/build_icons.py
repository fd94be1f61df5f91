"""Makes the shapes of the pages' icons: `python data/build_icons.py FOLDER [NAME ...]`.

In FOLDER, `npm install` has put `lucide-static` 1.62.0. The file holds the icons that a template names, as in
`icon("map-pin")` or `icon="map-pin"`, and those that are named beside. Same input, same output.
"""

import re
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
OUTPUT: Final = ROOT / "services/portal/src/isopolity/portal/templates/icon-shapes.html"
_FOLDERS: Final = ("services/portal/src", "command/src")
_NAMED: Final = re.compile(r'\bicon(?:\(|=)"([a-z0-9-]+)"')
_SHAPE: Final = re.compile(r"<(?!svg|!--|/)[^>]*>")


def main() -> None:
    """Write the shapes of all icons that are in use."""
    folder = Path(sys.argv[1]) / "node_modules/lucide-static/icons"
    names = sorted(in_use() | set(sys.argv[2:]))
    lines = [f"\"{name}\": '{_shapes(folder / f'{name}.svg')}',\n" for name in names]
    OUTPUT.write_text("{% set SHAPES = {\n" + "".join(lines) + "} %}\n")
    print(f"{len(names)} icons, {OUTPUT.stat().st_size:,} bytes: {OUTPUT}")  # noqa: T201  # a program's output


def in_use() -> set[str]:
    """The names of the icons in all templates of pages."""
    files = (file for folder in _FOLDERS for file in (ROOT / folder).rglob("templates/**/*.html"))
    return {name for file in files for name in _NAMED.findall(file.read_text())}


def _shapes(file: Path) -> str:
    """What is drawn, without the frame, which the macro gives."""
    return "".join(shape.replace(" />", "/>") for shape in _SHAPE.findall(file.read_text()))


if __name__ == "__main__":
    main()
