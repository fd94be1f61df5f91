"""Templates are laid out to be read: no line is longer than a screen is wide, no line break is lost between words."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from jinja2 import Environment

from isopolity.notify.adapters import templates as notify
from isopolity.portal.adapters import templates as portal
from tests.support.glued_text import glued_in

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


STYLES = ROOT / "services/portal/src/isopolity/portal/static"
NAMED = re.compile(r'class="([^"{]*)"')
RULE = re.compile(r"\.([a-z][\w-]*)(?=[^{}]*\{)")


def test_each_class_of_a_page_has_a_rule_and_each_rule_a_page() -> None:
    rules = {name for file in STYLES.glob("*.css") for name in RULE.findall(file.read_text(encoding="utf-8"))}
    sources = [file for folder in FOLDERS if "notify" not in folder for file in (ROOT / folder).rglob("*.html")]
    pages = "".join(file.read_text(encoding="utf-8") for file in sources)
    named = {name for names in NAMED.findall(pages) for name in names.split()}
    python = [ROOT / "shared/src/isopolity/identity", STYLES.parent / "domain"]
    others = [*STYLES.glob("*.js"), *(file for folder in python for file in folder.rglob("*.py"))]
    words = {*re.findall(r"[\w-]+", pages + "".join(file.read_text(encoding="utf-8") for file in others))}
    built = tuple(re.findall(r"([\w-]+)\{\{", pages))
    assert named - rules == set()
    assert {name for name in rules - words if not name.startswith(built)} == set()


@pytest.mark.parametrize(
    ("folder", "environment"),
    [
        ("services/portal/src", portal.environment()),
        ("command/src", portal.environment()),
        ("services/notify/src", notify.environment("en")),
    ],
)
def test_no_statement_takes_the_line_break_between_two_words(folder: str, environment: Environment) -> None:
    files = [file for file in (ROOT / folder).rglob("templates/**/*") if file.suffix in {".html", ".txt"}]
    sources = [(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")) for file in sorted(files)]
    assert glued_in(sources, environment) == [], "end the statement before with +%}"


@pytest.mark.parametrize(
    ("template", "glued"),
    [
        ("{% trans %}A sentence.{% endtrans %}\n<a href='/x'>A link</a>", True),
        ("{% trans %}A sentence.{% endtrans +%}\n<a href='/x'>A link</a>", False),
        ("{% trans %}A sentence.{% endtrans %}\n<p>A paragraph</p>", False),
        ("A sentence.\n{% if here %}\n<a href='/x'>A link</a>{% endif %}", False),
        ("A sentence.{% if here %} And one.{% endif %}\n{{ more }}", True),
        ("A sentence{% if here %} with more{% endif %}\n, and more", False),
        ("<b>Word</b>{% if here %}<br>{% else %}<hr>{% endif %}\nword", False),
        ("{% for each in all %}\n<a>{{ each }}</a>{% endfor %}", True),
        ("<a{% if here %} class='b'{% endif %}\nhref='/'>word</a>", True),
        ("word {% trans %}\n  A sentence.\n{% endtrans %}\nword", True),
    ],
)
def test_a_break_that_a_statement_takes_is_found_between_words_alone(template: str, glued: bool) -> None:
    assert bool(glued_in([("it", template)], portal.environment())) == glued


def test_sentences_are_found_for_translation_as_templates_read_them() -> None:
    found = ConfigParser()
    found.read(ROOT / "services/notify/babel.cfg")
    trims = {found[section].getboolean("trimmed") for section in found.sections()}
    policies = {each.policies["ext.i18n.trimmed"] for each in (notify.environment("en"), portal.environment())}
    assert trims == policies == {True}
