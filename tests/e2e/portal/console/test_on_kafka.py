"""Each service a process of its own, on Kafka: a flood stops one, which is mended; then it is killed, and told of."""

from collections.abc import Iterator

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Page, expect

from tests.support.hosting import bad_release
from tests.support.hosting.console import end_flood, flood, shows
from tests.support.hosting.mailed_links import mailed_link
from tests.support.hosting.separate_services import SeparateServices, separate_services
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.servers.browser import TELEPHONE, chromium
from tests.support.servers.kafka_cluster import kafka_cluster

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow, pytest.mark.drill]
MIA = "mia@operator.example"
CITY = {"kind": "city", "country": "FI", "languages": ["en"], "needs": [], "offers": []}


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory, postgres_server: str) -> Iterator[SeparateServices]:
    """For all tests, the last of which kills notify."""
    folder = tmp_path_factory.mktemp("console")
    with (
        kafka_cluster(folder / "kafka") as cluster,
        separate_services(
            folder,
            kafka=cluster.bootstrap,
            postgres=postgres_server,
            settings={"STAFF_SECOND_FACTOR": "false"},
            programs={"notify": bad_release.__name__},
        ) as running,
    ):
        running.add_operator(MIA)
        yield running


@pytest.fixture(scope="module")
def page(network: SeparateServices) -> Iterator[Page]:
    """An operator's telephone, at the flow."""
    with chromium() as browser:
        page = browser.new_context(**TELEPHONE).new_page()
        come_in(page, network)
        yield page


def come_in(page: Page, network: SeparateServices) -> None:
    """To the flow, by a mailed link."""
    page.goto(f"{network.url}/sign-in")
    page.get_by_label("E-mail address").fill(MIA)
    page.get_by_role("button", name="Send me a link").click()
    page.goto(mailed_link(network, MIA, "sign-in", page))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Status")


def test_a_flood_that_stopped_a_consumer_is_ended_by_a_redrive_once_the_cause_is_mended(
    network: SeparateServices, page: Page
) -> None:
    shows(page, network.url, "The canary came through", within=120)
    bad = network.data / bad_release.NAME
    bad.touch()
    with start_blocking_portal() as portal:
        portal.call(flood, patient_kafka(network.kafka), 30)
    end_flood(page, network.url, mend=bad.unlink)


def test_a_service_that_is_killed_is_told_with_the_hop_and_for_how_many_members_events_wait(
    network: SeparateServices, page: Page
) -> None:
    shows(page, network.url, "The canary came through", within=120)
    page.goto(f"{network.url}/operations/groups")
    page.get_by_text("Partitions of each process").last.click()
    expect(page.get_by_text(f"-{network.processes['notify'].pid}").first).to_be_visible()

    network.processes["notify"].kill()
    for name in ("Turku", "Oulu"):
        network.join(CITY | {"name": name}, f"ana@{name.lower()}.example")
    shows(page, network.url, "notify reads no events", "notify does not answer")
    shows(page, network.url, "They concern 2 members.")
    stuck = page.locator("#notify-in").inner_text()
    assert "for 2 members" in stuck
    assert "This is reported by the services whose events it reads." in stuck
    assert "Works." in page.locator("#matching-in").inner_text()
