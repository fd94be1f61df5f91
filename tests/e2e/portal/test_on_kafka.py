"""Each service a process of its own, on Kafka and PostgreSQL: two coordinators come in, say yes, and are partners."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.coordinators import come_in
from tests.support.hosting.separate_services import SeparateServices, separate_services
from tests.support.servers.browser import TELEPHONE, open_until
from tests.support.servers.kafka_cluster import kafka_cluster

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]

TURKU = ("Turku", "FI", "aino@turku.example")
MEDELLIN = ("Medellín", "CO", "ana@medellin.example")


@pytest.fixture
def network(tmp_path: Path, postgres_server: str) -> Iterator[SeparateServices]:
    """The services, and two cities that fit each other."""
    with (
        kafka_cluster(tmp_path / "kafka") as cluster,
        separate_services(tmp_path, kafka=cluster.bootstrap, postgres=postgres_server) as running,
    ):
        subjects = ["cluster.literacy", "sdg.13"]
        for name, country, address in (TURKU, MEDELLIN):
            running.join(city(name, country, *subjects), address)
            subjects.reverse()
        yield running


def city(name: str, country: str, needed: str, offered: str) -> dict[str, Any]:
    return {
        "kind": "city",
        "name": name,
        "country": country,
        "languages": ["en"],
        "needs": [{"subject": needed, "intensity": 4, "mode": "webinar"}],
        "offers": [{"subject": offered, "intensity": 4, "mode": "webinar"}],
    }


def look_until(page: Page, network: SeparateServices, heading_or_link: str) -> None:
    """Open “Your tasks” again and again until it shows this."""
    open_until(page, f"{network.url}/me", lambda: page.get_by_text(heading_or_link, exact=True).count() > 0)


def test_two_coordinators_come_in_say_yes_and_have_a_partnership(network: SeparateServices, browser: Browser) -> None:
    telephones = [browser.new_context(**TELEPHONE).new_page() for _ in range(2)]
    for page, (name, _, address) in zip(telephones, (TURKU, MEDELLIN), strict=True):
        come_in(page, network, name, address)
        look_until(page, network, "Read and answer")
        page.get_by_role("link", name="Read and answer").click()
        page.get_by_label("Yes", exact=True).check()
        page.get_by_role("button", name="Send the answer").click()
        expect(page.get_by_role("status")).to_contain_text("You said yes. Thank you.")
    for page, (name, _, address) in zip(telephones, (MEDELLIN, TURKU), strict=True):
        look_until(page, network, "Your partnerships")
        expect(page.get_by_role("link", name=name).first).to_be_visible()
        page.get_by_role("link", name="Contacts of your partners").click()
        expect(page.get_by_role("link", name=address)).to_be_visible()
