"""Templates are laid out to be read: no line is longer than a screen is wide."""

from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("services/portal/src", "services/notify/src", "command/src")
PORTAL = "services/portal/src/isopolity/portal/templates"
LONGEST = 160
GENERATED = {f"{PORTAL}/icon-shapes.html"}
"""Files that a program writes."""
LEFT = {
    PORTAL: 264,
    f"{PORTAL}/steps": 21,
}
"""How many longer lines the templates of a folder still have: they become fewer, and a folder without any goes."""


def longer() -> Counter[str]:
    found: Counter[str] = Counter()
    for file in (file for folder in FOLDERS for file in (ROOT / folder).rglob("templates/**/*.html")):
        if file.relative_to(ROOT).as_posix() not in GENERATED:
            lines = file.read_text(encoding="utf-8").splitlines()
            found[file.parent.relative_to(ROOT).as_posix()] += sum(len(line) > LONGEST for line in lines)
    return found


def test_no_template_has_a_line_that_is_too_long() -> None:
    assert longer() - Counter(LEFT) == Counter()


def test_folders_without_longer_lines_are_not_excused() -> None:
    found = longer()
    assert [folder for folder in LEFT if not found[folder]] == []
