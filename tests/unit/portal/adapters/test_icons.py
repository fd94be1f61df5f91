"""The icons of the pages: each that a template names is there, and no others."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from isopolity.portal.adapters.templates import environment


def drawn(name: str) -> str:
    return environment().from_string(f'{{% from "icons.html" import icon %}}{{{{ icon("{name}") }}}}').render()


@pytest.fixture(scope="module")
def used() -> Any:
    script = runpy.run_path(str(Path(__file__).parents[4] / "data/build_icons.py"))
    return script["in_use"]()


def stored() -> set[str]:
    shapes: dict[str, str] = environment().get_template("icon-shapes.html").make_module().SHAPES  # type: ignore[attr-defined]
    return set(shapes)


def test_each_icon_that_a_template_names_is_there(used: set[str]) -> None:
    assert used - stored() == set()


def test_each_icon_is_in_use(used: set[str]) -> None:
    assert stored() - used == set()


def test_an_icon_says_nothing_and_has_the_colour_and_size_of_the_text() -> None:
    assert drawn("users").startswith('<svg class="icon" aria-hidden="true" width="1em" height="1em"')
    assert 'stroke="currentColor"' in drawn("users")


def test_arrows_turn_with_the_direction_of_writing() -> None:
    assert 'class="icon turned"' in drawn("arrow-right")


def test_an_unknown_icon_is_a_mistake() -> None:
    with pytest.raises(UndefinedError):
        drawn("no-such-icon")
