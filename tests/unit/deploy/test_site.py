"""The site of the documentation has all pages, links that lead somewhere, and nothing from another server."""

import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from deploy.site import ROOT, linked

FILES = {"README.md", "docs/library.md", "docs/adr/README.md", "docs/pictures/mail.png"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[the library](library.md#errors)", "[the library](library.md#errors)"),
        ("[all](adr/) of them", "[all](adr/README.md) of them"),
        ("see [the file](../Makefile)", "see the file"),
        ("[away](https://example.org/a.md), [here](#here)", "[away](https://example.org/a.md), [here](#here)"),
        ("![a mail](pictures/mail.png)", "![a mail](pictures/mail.png)"),
    ],
)
def test_a_link_to_what_is_no_page_is_its_words(text: str, expected: str) -> None:
    assert linked(text, PurePosixPath("docs"), FILES) == expected


@pytest.mark.long
def test_no_page_loads_anything_from_another_server() -> None:
    subprocess.run([sys.executable, "-m", "deploy.site"], cwd=ROOT, check=True, timeout=300, env={**os.environ})
    pages = list((ROOT / "build" / "docs").rglob("*.html"))
    assert {"index.html", "library.html", "registry.html", "events.html"} <= {page.name for page in pages}
    loads = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"?(?:https?:)?//[^\s\">]+")
    loading = {match[0] for page in pages for match in loads.finditer(page.read_text("utf-8"))}
    assert loading == set()
    # the theme would fetch Mermaid for a diagram in it, so there is none
    assert [page for page in pages if 'class="mermaid"' in Path(page).read_text("utf-8")] == []
