"""Pins, what is installed, and the bill of materials name the same versions."""

import json

from deploy.pins import differences, listed, pinned, unused

PINS = pinned("# all\nruamel.yaml==1.0\npytest-asyncio==2.0  # why\n")


def test_names_are_compared_as_packages_are_called() -> None:
    assert PINS == {"ruamel-yaml": "1.0", "pytest-asyncio": "2.0"}


def test_what_agrees_is_not_mentioned() -> None:
    assert [*differences(PINS, PINS), *unused(PINS, PINS)] == []


def test_each_difference_says_what_to_change() -> None:
    assert list(differences(PINS, {"ruamel-yaml": "1.1", "new": "3"})) == [
        "new 3 is not pinned: add new==3 to constraints.txt.",
        "ruamel-yaml is 1.1 and pinned to 1.0: run `make setup`, or correct constraints.txt.",
    ]
    assert list(unused(PINS, {"ruamel-yaml": "1.0"})) == [
        "pytest-asyncio is pinned and not installed: run `make setup`, or take it out of constraints.txt."
    ]


def test_a_bill_of_materials_is_read_without_ours_and_without_pip() -> None:
    components = [("Ruamel.YAML", "1.0"), ("isopolity-shared", "1"), ("pip", "26")]
    bill = json.dumps({"components": [{"name": name, "version": version} for name, version in components]})
    assert listed(bill) == {"ruamel-yaml": "1.0"}
