"""Staff signs in at a certified OpenID Connect issuer (npm's oidc-provider), on a telephone without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.hosting.running_command import Running, isopolity, up
from tests.support.servers.browser import TELEPHONE
from tests.support.servers.oidc_provider import CLIENT_ID, CLIENT_SECRET, issuer
from tests.support.servers.ports import free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running instance whose staff signs in at the issuer; Mia is staff."""
    port, data = free_port(), tmp_path_factory.mktemp("staff") / "data"
    settings = {
        "ISOPOLITY_STAFF_ISSUER": f"http://127.0.0.1:{port}",
        "ISOPOLITY_STAFF_CLIENT_ID": CLIENT_ID,
        "ISOPOLITY_STAFF_CLIENT_SECRET": CLIENT_SECRET,
    }
    with up(data, port=None, **settings) as running, issuer(port, f"{running.url}/sign-in/office/back"):
        mia = ("--name", "Mia Berg", "--email", "mia@network.example", "--scope", "staff")
        added = isopolity("people", "add", *mia, "--data", str(data), "--url", running.url)
        assert added.returncode == 0, added.stderr
        yield running


def sign_in_as(page: Page, network: Running, name: str) -> None:
    """From the home page to the issuer's page and back."""
    page.goto(network.url)
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Sign in with your organisation").click()
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def test_staff_comes_in_by_its_organisation(network: Running, browser: Browser) -> None:
    page = browser.new_context(**TELEPHONE).new_page()
    sign_in_as(page, network, "mia")
    expect(page.get_by_role("heading", level=1)).to_have_text("Good day, Mia Berg")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()


@pytest.mark.parametrize(("name", "told"), [("ben", "list of staff"), ("doubtful", "does not vouch")])
def test_whom_the_network_does_not_know_is_told_what_to_do(
    network: Running, browser: Browser, name: str, told: str
) -> None:
    page = browser.new_context(**TELEPHONE).new_page()
    sign_in_as(page, network, name)
    expect(page.get_by_text(told)).to_be_visible()


def test_an_address_to_come_back_to_does_nothing_in_another_browser(network: Running, browser: Browser) -> None:
    going = browser.new_context(**TELEPHONE).new_page()
    with going.expect_request(lambda request: "/sign-in/office/back" in request.url) as returning:
        sign_in_as(going, network, "mia")
    other = browser.new_context(**TELEPHONE).new_page()
    other.goto(returning.value.url)
    expect(other.get_by_role("heading", level=1)).to_have_text("This sign-in did not work")
