"""One rule for which addresses can be mailed."""

# ruff: noqa: RUF001 - letters that look alike are meant
import pytest

from isopolity.identity.addresses import MailAddress, UnusableAddress


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
