"""Who did something, as pages tell it."""

import pytest

from isopolity.portal.adapters.wording import doer


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        ("p1", "Mia"),
        ("p2", "p2"),
        ("command:root@server", "root@server, with the isopolity command"),
        ("command:p1", "Mia, with the isopolity command"),
        ("isopolity-command", "Somebody with the isopolity command"),
    ],
)
def test_who_ran_the_command_is_named(actor: str, expected: str) -> None:
    assert doer(actor, {"p1": "Mia"}, str) == expected
