"""Templates are laid out to be read: no line is longer than a screen is wide."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("services/portal/src", "services/notify/src", "command/src")
LONGEST = 160
GENERATED = {"services/portal/src/isopolity/portal/templates/icon-shapes.html"}
"""Files that a program writes."""


def test_no_template_has_a_line_that_is_too_long() -> None:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("templates/**/*.html")]
    assert len(files) > 100
    longer = [
        f"{name}:{number}"
        for file in files
        if (name := file.relative_to(ROOT).as_posix()) not in GENERATED
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert longer == []
