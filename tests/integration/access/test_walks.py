"""Every route of the network, walked by every visitor; the answers are those of the table."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.access.network import VISITORS, Known, known_network
from tests.support.access.table import DOCUMENT, asked_table, read_table, routes_of, written

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Known]:
    folder: Path = tmp_path_factory.mktemp("network")
    async with known_network(folder) as opened:
        yield opened


async def test_each_route_has_a_row_in_its_place(known: Known) -> None:
    rows = read_table()
    routes = [route for each in routes_of(known).values() for route in each]
    assert set(routes) == set(rows), "each route has a row: write the table anew, and read what it says"
    assert written({route: rows[route] for route in routes}) == DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "visitor",
    [
        "nobody",
        "another member",
        "who reads",
        *(pytest.param(each, marks=pytest.mark.long) for each in ("this member", "its approver", "staff", "operator")),
    ],
)
async def test_each_route_gives_each_visitor_what_the_table_says(known: Known, visitor: str) -> None:
    """Outside CI those are asked who must not get what is another's."""
    table = await asked_table(known, [visitor], first=1 + 10_000 * VISITORS.index(visitor))
    assert {route: row for route, row in read_table().items() if row[visitor] != table[route][visitor]} == {}
