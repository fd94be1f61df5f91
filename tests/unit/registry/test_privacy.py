"""Personal addresses are found in the forms that people give them; ordinary text is left alone."""

import csv
from collections.abc import Iterator
from time import process_time

import pytest

from isopolity.registry.domain.privacy import looks_like_address, looks_like_phone, personal_link
from tests.support.demo_files import DEMO, demo_file, read_lines


@pytest.mark.parametrize(
    "text",
    [
        *("ana@city.example", "ana@city", "ana (at) city.example", "ana\uff20city.example", "anna [at] city"),
        *("anna AT city DOT example", "anna at city dot example", "anna_at_city_dot_example", "anna-at-city-dot-com"),
        *("anna (a) city.example", "anna%40city.example", "anna%2540city.example", "anna&#64;city.example"),
        *("anna&commat;city.example", "mailto:anna", "mailto%3Aanna", "anna @ city . example", "anna AT city.example"),
        *("an\u200bna\u200b@\u200bcity.example", "anna arroba city punto es", "anna at mail dot city dot example"),
    ],
)
def test_mail_addresses_are_found(text: str) -> None:
    assert looks_like_address(text)
    assert looks_like_address(f"Ask {text}, please.")


@pytest.mark.parametrize(
    "text",
    [
        *("Call +49 30 1234567", "00 49 30 1234567", "030/1234567", "(030) 123 45 67", "Tel. 5551234"),
        *("(212) 555-0147", "\uff0b49 30 1234567", "wa.me/4930123456", "https://wa.me/4930123456", "tel:+4930123456"),
        *("tel:%2B4930123456", "t.me/+4930123456", "whatsapp.com/send?phone=4930123456", "signal.me/#p/+49301234567"),
        *("\uff0b\uff14\uff19 30 1234567", "+٤٩ ٣٠ ١٢٣٤٥٦٧", "+49\u201330\u20131234567", "+49*30*1234567"),
        *("+49\u200b30\u200b1234567", "sms:030123456", "☎ 0301234567", "plus four nine three zero one two three four"),
        *("zero three zero, one two three four five six", "null drei null eins zwei drei vier fünf"),
    ],
)
def test_phone_numbers_are_found(text: str) -> None:
    assert looks_like_phone(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Halle (Saale)", "look at this", "look at the dot matrix", "at home", "50 @ 3", "Meet at city hall"),
        *(
            "Apply at foundation.org",
            "apply at example.org/form",
            "(a) schools, (b) homes",
            "100% at cost",
            "R&D; a&b;",
        ),
        *("2026-2027", "01.03.2026", "2026-03-01", "10 000 000 EUR", "25,000", "SDG 4 and 13", "3 of 500", "2030"),
        *("ISBN 978-3-16-148410-0", "ISBN 0-306-40615-2", "ISSN 0317-8471", "30,000\u201350,000 EUR", "1.250.000,50"),
        *(
            "52.520008, 13.404954",
            "+52.520008, +13.404954",
            "EUR 250 000 to 1 500 000",
            "one two three",
            "PO Box 12345",
        ),
        *("Call 2026-2027: 10 cities", "1990/1991/1992", "population 12400232", "D-10115 Berlin", "phone 5 cities"),
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert not looks_like_address(text)
    assert not looks_like_phone(text)


def texts_of_demo() -> Iterator[str]:
    for path in DEMO.glob("*.csv"):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield from (text for name, text in row.items() if not name.startswith(("contact", "web")) and text)
    for city in read_lines(demo_file("cities")):
        yield from (city["name"], *city.get("local_names", ()), city.get("about", ""))
        for interest in (*city["needs"], *city["offers"]):
            yield from (interest["title"], interest["text"])


def test_the_demo_network_is_left_alone() -> None:
    assert [text for text in texts_of_demo() if looks_like_address(text) or looks_like_phone(text)] == []


@pytest.mark.parametrize(
    "part", ["a", "a at ", "one ", "a at b dot ", "%40", "+1 ", "0 1 ", "(", "@ ", "a_", "1.111 ", "&", "( ", "٤"]
)
def test_a_long_text_costs_no_more_than_it_is_long(part: str) -> None:
    text = part * (4000 // len(part))
    started = process_time()
    looks_like_address(text)
    looks_like_phone(text)
    assert process_time() - started < 1


@pytest.mark.parametrize(
    "link", ["https://wa.me/4930123456", "https://x.example/?m=a%40b.example", "https://x.example/+4930123456"]
)
def test_the_address_of_a_web_page_is_looked_at_too(link: str) -> None:
    assert list(personal_link(("web",), link))
    assert not list(personal_link(("web",), "https://x.example/0301234567?id=20261234567"))
