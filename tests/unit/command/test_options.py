"""The names of the services, which the command says without loading the contracts."""

from isopolity.command.options import SERVICES
from isopolity.contracts import catalogue


def test_the_command_knows_every_service() -> None:
    assert SERVICES == catalogue.SERVICES
