"""Where passkeys work, as the public address tells."""

import pytest

from isopolity.identity.addresses import PasskeySite, passkey_site


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        ("http://127.0.0.1:8000", PasskeySite("localhost", "http://localhost:8000")),
        ("http://[::1]:8000/", PasskeySite("localhost", "http://localhost:8000")),
        ("http://localhost", PasskeySite("localhost", "http://localhost")),
        ("HTTPS://Network.Example:443/", PasskeySite("network.example", "https://network.example")),
        ("https://network.example:8443", PasskeySite("network.example", "https://network.example:8443")),
        ("https://bücher.example", PasskeySite("xn--bcher-kva.example", "https://xn--bcher-kva.example")),
        ("http://network.example", None),
        ("https://192.0.2.1", None),
        ("ftp://localhost", None),
        ("", None),
    ],
)
def test_a_site_is_a_name_with_https_or_this_machine(public_url: str, expected: PasskeySite | None) -> None:
    assert passkey_site(public_url) == expected
