"""The sentences to translate: those of all templates that pages in languages use, and those that stand in Python.

Invariant: a template is taken whole, with all that it extends, includes or imports.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from jinja2 import meta

from isopolity.contracts import codes
from isopolity.notify.adapters.templates import IN_LANGUAGES
from isopolity.portal.adapters import titles
from isopolity.portal.adapters.templates import environment
from isopolity.portal.entrypoints.languages import templates

_PORTAL: Final = Path("services/portal/src/isopolity/portal")
_TEMPLATES: Final = _PORTAL / "templates"
_NOTIFY: Final = Path("services/notify/src/isopolity/notify/templates")
_PAGES: Final = "entrypoints/http"
_MODULES: Final = (
    "adapters/wording.py",
    f"{_PAGES}/passkeys.py",
    f"{_PAGES}/profile_steps.py",
    f"{_PAGES}/second_factor.py",
    f"{_PAGES}/city_requests/request_form.py",
    f"{_PAGES}/own/profile.py",
    f"{_PAGES}/programmes/explorer.py",
    f"{_PAGES}/programmes/programme_form.py",
)
"""Files whose sentences, marked by `_`, pages in languages show."""
_GROUPS: Final = (
    *(
        "ANSWERS",
        "CITY_KINDS",
        "CREATIVE_FIELDS",
        "MODES",
        "MORE_LANGUAGES",
        "PARTNER_KINDS",
        "REGIONS",
        "RIGHTS",
        "ROLES",
    ),
    *("SUBJECTS", "SUPPORTS"),
)
"""Titles of codes that pages in languages show, by their names in templates."""
_CODES: Final = "shared/src/isopolity/contracts/codes.py"
_WORDS: Final = "services/portal/src/isopolity/portal/adapters/titles.py"


def sentences(root: Path) -> Catalog:
    """A catalogue of all sentences, without translations; each names the files that have it."""
    found = Catalog()
    pages = [*templates()]
    mails = [f"mail/{mail}.{form}" for mail in IN_LANGUAGES for form in ("txt", "html")]
    for file in (*_used(pages, root / _TEMPLATES), *_used(mails, root / _NOTIFY)):
        options = {"encoding": "utf-8", "trimmed": "true"}
        _add(found, root, file.relative_to(root), "jinja2", DEFAULT_KEYWORDS, options)
    for module in _MODULES:
        _add(found, root, _PORTAL / module, "python", {"_": None}, {})
    for text, source in _titles():
        found.add(text, locations=[(source, 0)])
    found.add("provisional", locations=[((_TEMPLATES / "layout.html").as_posix(), 0)])
    return found


def _add(
    found: Catalog, root: Path, file: Path, method: str, keywords: Mapping[str, Any], options: dict[str, str]
) -> None:
    with (root / file).open("rb") as opened:
        for _, message, _, context in extract(method, opened, keywords, options=options):
            found.add(message, locations=[(file.as_posix(), 0)], context=context)


def _titles() -> Iterator[tuple[str, str]]:
    for group in _GROUPS:
        file = _CODES if hasattr(codes, group) else _WORDS
        for text in titles.TITLES[group].values():
            yield text, file
    for field in codes.CREATIVE_FIELDS:
        yield codes.creative_title(field), _CODES


def _used(names: list[str], folder: Path) -> list[Path]:
    """The templates of these names and all that they use; of a `.html` that is made from a `.txt`, that one."""
    made, found, waiting = environment(), set[str](), [*names]
    while waiting:
        name = waiting.pop()
        if not (folder / name).exists():
            name = f"{name.removesuffix('.html')}.txt"
        if name not in found:
            found.add(name)
            source = (folder / name).read_text(encoding="utf-8")
            waiting += [each for each in meta.find_referenced_templates(made.parse(source)) if each]
    return [folder / name for name in sorted(found)]
