"""Somebody adds a passkey in a real browser, and signs in with it without a mail; Chromium's own device signs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.hosting.looking import serious
from tests.support.hosting.running_command import Running
from tests.support.servers.browser import chromium

pytestmark = pytest.mark.slow
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser with a device that makes passkeys; it complains of nothing."""
    said: list[str] = []
    with chromium() as browser:
        opened = browser.new_page()
        device = opened.context.new_cdp_session(opened)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        yield opened
    assert not [each for each in said if "status of 422" not in each]


def test_a_passkey_is_added_signs_in_and_is_removed(network: Running, page: Page) -> None:
    local = network.url.replace("127.0.0.1", "localhost")
    page.goto(f"{network.url}/sign-in")
    page.get_by_role("link", name=f"{local}/sign-in").click()  # an IP address has no passkeys
    expect(page).to_have_url(f"{local}/sign-in")
    page.goto(network.link("look-around").replace("127.0.0.1", "localhost"))
    page.get_by_role("button", name="a coordinator").click()
    page.goto(f"{local}/passkeys")
    page.get_by_label("Name", exact=False).fill("Key of the town hall")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("status")).to_have_text("The passkey is added. You can sign in with it from now on.")
    expect(page.get_by_role("button", name="Remove it Key of the town hall")).to_be_visible()
    found = serious(page)
    page.goto(f"{local}/me")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{local}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{local}/me")
    page.goto(f"{local}/passkeys")
    expect(page.get_by_text("last used")).to_be_visible()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("You have no passkey yet.")).to_be_visible()
    page.goto(f"{local}/me")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{local}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("does not work here")
    expect(page.get_by_role("link", name="Sign in by mail")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert [*found, *serious(page)] == []
