"""E-mail addresses that can be mailed and that are the same; the site of a network's passkeys."""

# ruff: noqa: RUF001 - letters that look alike are meant
import pytest

from isopolity.identity.addresses import MailAddress, PasskeySite, UnusableAddress, passkey_site


@pytest.mark.parametrize(
    ("address", "carried"),
    [
        ("ana@city.example", "ana@city.example"),
        ("Ana.Prado+lc@City.Example", "Ana.Prado+lc@city.example"),
        ("o'neill_#1@a-b.city.example", "o'neill_#1@a-b.city.example"),
        ("ana@münchen.example", "ana@xn--mnchen-3ya.example"),
        ("ana@straße.example", "ana@xn--strae-oqa.example"),
        ("ana@ｃｉｔｙ。example", "ana@city.example"),
        ("ana@例え.テスト", "ana@xn--r8jz45g.xn--zckzah"),
    ],
)
def test_what_can_be_mailed_is_given_in_ascii(address: str, carried: str) -> None:
    assert MailAddress.of(address).carried == carried


@pytest.mark.parametrize(
    "address",
    [
        *("", "ana", "@city.example", "ana@", "ana@city", "ana@localhost", "ana@127.0.0.1", "ana@[127.0.0.1]"),
        *("anä@city.example", "a b@city.example", '"a b"@city.example', ".ana@city.example", "ana.@city.example"),
        *("a..b@city.example", "a@b@city.example", "ana@-city.example", "ana@city-.example", "ana@city..example"),
        *("ana@city.example.", "ana@ci_ty.example", "=?x?q?a?=@city.example", "ana@city.example\r\nBcc: b@x.example"),
        *("a" * 65 + "@city.example", "ana@" + "a" * 64 + ".example", "ana@" + "a." * 130 + "example"),
        *("ana@\u202ecity.example", "ana@ci\u00adty\u2024example\n", "\ud800@city.example", "ana@\ud800.example"),
    ],
)
def test_what_cannot_be_mailed_is_refused(address: str) -> None:
    with pytest.raises(UnusableAddress):
        MailAddress.of(address)


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
