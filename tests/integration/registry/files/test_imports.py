"""Imports over HTTP: every form of file, every bad row, all or nothing, twice the same."""

import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest

from tests.support.demo_files import demo_file
from tests.support.registry.service import RegistryUnderTest, staff

HEADING = "kind,name,country,geonames_id,population,needs,contact_name,contact_email,contact_role\n"
GOOD = HEADING + (
    "city,São Paulo,BR,3448439,12400232,sdg.4:3:webinar|sdg.13:1:training:2027-12-31,Ana,ana@sp.example,coordinator\n"
    "county,Turku,FI,633679,,,,,\n"
)


REQUESTS = "city_geonames_id,title,description,amount_min,amount_max,currency\n3448439,Books,For all,1,2,EUR\n"


def problems(answer: Any) -> list[tuple[int, str | None]]:
    return [(problem["line"], problem["column"]) for problem in answer.json()["problems"]]


async def test_a_file_is_taken_once_and_a_second_time_changes_nothing(registry: RegistryUnderTest) -> None:
    first = await registry.import_file("cities", GOOD, endorse=True)
    assert first.status_code == 200, first.text
    assert (first.json()["created"], first.json()["accepted"]) == (2, True)
    events = await registry.events()
    assert [event.data.bulk for event in events if hasattr(event.data, "bulk")] == [True, True]
    assert sorted(await registry.event_names()) == ["city.registered", "city.registered", "contact.changed"]
    second = await registry.import_file("cities", GOOD, endorse=True)
    assert (second.json()["unchanged"], second.json()["revised"]) == (2, 0)
    assert len(await registry.events()) == 3
    found = await registry.client.get("/registry/v1/cities", params={"text": "sao paulo"})
    assert found.json()["items"][0]["needs"][1]["valid_until"] == "2027-12-31"


async def test_the_demo_network_is_taken_whole_and_twice_the_same(registry: RegistryUnderTest) -> None:
    for expected in ("created", "unchanged"):
        for kind in ("cities", "partners", "requests", "twinnings"):
            answer = await registry.import_file(kind, demo_file(kind).read_bytes(), endorse=True)
            assert answer.status_code == 200, answer.text[:500]
            assert answer.json()[expected] == answer.json()["rows"] > 0


async def test_a_changed_row_is_revised_and_the_others_are_left(registry: RegistryUnderTest) -> None:
    await registry.import_file("cities", GOOD)
    answer = await registry.import_file("cities", GOOD.replace("12400232", "12500000"))
    assert (answer.json()["revised"], answer.json()["unchanged"]) == (1, 1)
    assert (await registry.event_names())[-1] == "city.revised"


async def test_what_empty_cells_take_away_is_told(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.import_file("cities", GOOD)
    sparse = HEADING + "city,São Paulo,BR,3448439,,,,,\ncounty,Turku,FI,633679,,,,,\n"
    answer = await on_sqlite.import_file("cities", sparse, dry_run=True)
    assert (answer.json()["emptied"], answer.json()["emptied_first"]) == (2, ["line 2, São Paulo: population, needs"])
    await on_sqlite.import_file("requests", REQUESTS)
    answer = await on_sqlite.import_file("requests", REQUESTS.replace(",For all,", ",,"))
    assert answer.json()["emptied_first"] == ["line 2, Books: description"]
    answer = await on_sqlite.import_file("cities", "kind,name,country\ncity,São Paulo,BR\n")
    assert (answer.json()["emptied"], answer.json()["unchanged"]) == (0, 1)


async def test_an_empty_cell_leaves_a_value_that_a_city_always_has(on_sqlite: RegistryUnderTest) -> None:
    heading = "kind,name,country,can_host,online_only,capacity,population\n"
    await on_sqlite.import_file("cities", f"{heading}city,Girona,ES,no,yes,4,100000\n")
    answer = await on_sqlite.import_file("cities", f"{heading}city,Girona,ES,,,,100000\n")
    assert (answer.json()["unchanged"], answer.json()["emptied"]) == (1, 0)
    answer = await on_sqlite.import_file("cities", f"{heading}city,Girona,ES,yes,no,,\n")
    assert (answer.json()["revised"], answer.json()["emptied_first"]) == (1, ["line 2, Girona: population"])
    answer = await on_sqlite.import_file("cities", f"{heading}city,Lugo,ES,,,,\n")
    assert answer.json()["created"] == 1


async def test_a_city_that_meets_online_only_neither_travels_nor_hosts(on_sqlite: RegistryUnderTest) -> None:
    heading = "kind,name,country,can_travel,can_host,online_only\n"
    answer = await on_sqlite.import_file("cities", f"{heading}city,Girona,ES,,,yes\ncity,Lugo,ES,no,yes,yes\n")
    assert problems(answer) == [(3, "online_only")]
    assert answer.json()["problems"][0]["detail"].startswith("Meeting online only rules out travel and hosting")
    await on_sqlite.import_file("cities", f"{heading}city,Girona,ES,,,yes\ncity,Lugo,ES,no,yes,no\n")
    found = await on_sqlite.client.get("/registry/v1/cities?status=any", headers=staff())
    assert [(each["can_travel"], each["can_host"]) for each in found.json()["items"]] == [(False, False), (False, True)]
    answer = await on_sqlite.import_file("cities", "kind,name,country,online_only\ncity,Lugo,ES,yes\n")
    assert problems(answer) == [(2, "online_only")]


async def test_an_empty_cell_or_no_column_leaves_what_a_programme_takes_and_the_yes_of_a_request(
    on_sqlite: RegistryUnderTest,
) -> None:
    heading = "kind,name,home_country,programme_name,budget,currency,grant_min,grant_max,purpose"
    row = "foundation,Aurora,FI,Grants,100,EUR,1,50,For all"
    await on_sqlite.import_file("partners", f"{heading},cities\n{row},5\n")
    for again in (f"{heading},cities\n{row},\n", f"{heading}\n{row}\n"):
        answer = await on_sqlite.import_file("partners", again)
        assert (answer.json()["unchanged"], answer.json()["emptied"]) == (1, 0)
    more = f"{heading},cities\n{row.replace('For all', '')},\n{row.replace('Grants', 'Prizes')},\n"
    answer = await on_sqlite.import_file("partners", more)
    assert answer.json()["revised"] == 1
    (partner,) = (await on_sqlite.client.get("/registry/v1/partners?status=any", headers=staff())).json()["items"]
    assert [(each["cities"], each["purpose"]) for each in partner["programmes"]] == [(5, None), (1, "For all")]
    await on_sqlite.import_file("cities", GOOD)
    wanted = REQUESTS.replace("currency", "currency,illustrative")
    await on_sqlite.import_file("requests", wanted.replace("EUR", "EUR,yes"))
    answer = await on_sqlite.import_file("requests", wanted.replace("EUR", "EUR,"))
    assert (answer.json()["unchanged"], answer.json()["emptied"]) == (1, 0)


async def test_applicants_can_be_endorsed_by_a_second_import(registry: RegistryUnderTest) -> None:
    answer = await registry.import_file("cities", GOOD)
    assert answer.json()["not_endorsed"] == answer.json()["created"] > 0
    assert (await registry.client.get("/registry/v1/cities")).json()["items"] == []
    answer = await registry.import_file("cities", GOOD, endorse=True)
    assert (answer.json()["revised"], answer.json()["not_endorsed"]) == (2, 0)
    assert len((await registry.client.get("/registry/v1/cities")).json()["items"]) == 2
    assert (await registry.event_names())[-2:] == ["city.endorsed", "city.endorsed"]


BAD = GOOD + (
    "village,X,BR,1,,,,,\n"  # line 4
    "city,,BR,2,,,,,\n"
    "city,Y,XX,3,,,,,\n"
    "city,Z,BR,4,many,sdg.99:9:webinar,,,\n"
    "city,São Paulo again,BR,3448439,,,,,\n"
    'city,"Call\n+49 30 1234567",BR,5,,,,,\n'
    "city,W,BR,6,,,Ana,ana,\n"
    "city,V,BR,7,,,,,,too,many\n"
)


async def test_every_bad_row_is_told_and_nothing_is_kept(registry: RegistryUnderTest) -> None:
    answer = await registry.import_file("cities", BAD)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problems(answer) == [
        (4, "kind"),
        (5, "name"),
        (6, "country"),
        (7, "population"),
        (7, "needs"),
        (7, "needs"),
        (8, None),
        (9, "name"),
        (11, "contact_email"),
        (12, None),
    ]
    assert all(problem["detail"].endswith((".", "?")) for problem in answer.json()["problems"])
    assert answer.json()["invalid"] == 8
    assert await registry.events() == []
    assert (await registry.client.get("/registry/v1/cities?status=any", headers=staff())).json()["items"] == []


async def test_bad_rows_are_left_out_when_asked(registry: RegistryUnderTest) -> None:
    answer = await registry.import_file("cities", BAD, skip_invalid=True)
    assert answer.status_code == 200
    assert (answer.json()["created"], answer.json()["invalid"], answer.json()["rows"]) == (2, 8, 10)
    assert len((await registry.client.get("/registry/v1/cities?status=any", headers=staff())).json()["items"]) == 2


@pytest.mark.parametrize("content", [GOOD, BAD])
async def test_a_dry_run_tells_the_same_and_keeps_nothing(registry: RegistryUnderTest, content: str) -> None:
    answer = await registry.import_file("cities", content, dry_run=True)
    assert answer.status_code == 200
    assert (answer.json()["created"], answer.json()["dry_run"]) == (2, True)
    assert await registry.events() == []


EXCEL = "kind;name;country;geonames_id;latitude;longitude;can_host\r\ncity;Besançon;FR;3033123;47,25;6,02;yes\r\n"


@pytest.mark.parametrize(
    "content",
    [
        EXCEL.encode("cp1252"),
        EXCEL.encode("utf-8-sig"),
        EXCEL.encode("utf-16"),
        EXCEL.replace(";", "\t").replace("47,25", "47.25").replace("6,02", "6.02").encode(),
    ],
    ids=["code page 1252", "byte-order mark", "UTF-16", "tabs"],
)
async def test_csv_as_excel_writes_it_is_read(on_sqlite: RegistryUnderTest, content: bytes) -> None:
    answer = await on_sqlite.import_file("cities", content, endorse=True)
    assert answer.status_code == 200, answer.text
    city = (await on_sqlite.client.get("/registry/v1/cities")).json()["items"][0]
    assert (city["name"], city["latitude"], city["can_host"]) == ("Besançon", 47.25, True)


async def test_a_workbook_is_read(on_sqlite: RegistryUnderTest) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["kind", "name", "country", "geonames_id", "population", "can_host", "needs"])
    sheet.append(["city", "Besançon", "FR", 3033123.0, 116914, True, "sdg.4:3:webinar"])
    sheet.append([None] * 7)
    sheet.append(["city", "X", "FR", 1, "many", None, None])
    content = io.BytesIO()
    workbook.save(content)
    answer = await on_sqlite.client.post(
        "/registry/v1/imports",
        params={"kind": "cities", "endorse": True, "skip_invalid": True},
        files={"file": ("members.xlsx", content.getvalue())},
        headers=staff(),
    )
    assert answer.status_code == 200, answer.text
    assert problems(answer) == [(4, "population")]
    city = (await on_sqlite.client.get("/registry/v1/cities")).json()["items"][0]
    assert (city["name"], city["geonames_id"], city["can_host"]) == ("Besançon", 3033123, True)


async def test_dates_of_a_workbook_are_read(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.import_file("cities", GOOD, endorse=True)
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["city_geonames_id", "title", "amount_min", "amount_max", "currency", "starts"])
    sheet.append([3448439, "Books", 100, 200, "EUR", date(2027, 1, 2)])
    content = io.BytesIO()
    workbook.save(content)
    answer = await on_sqlite.import_file("requests", content.getvalue())
    assert answer.json()["created"] == 1, answer.text
    assert (await on_sqlite.client.get("/registry/v1/requests")).json()["items"][0]["starts"] == "2027-01-02"


def workbook(*rows: list[Any]) -> bytes:
    """A workbook of these rows."""
    made = openpyxl.Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


async def test_numbers_of_a_workbook_are_taken_as_they_are_and_texts_are_not(on_sqlite: RegistryUnderTest) -> None:
    heading = ["kind", "name", "country", "population", "latitude", "longitude"]
    numbers = workbook(heading, ["city", 84.0, "FR", 84.0, 1.5, -0.25], ["city", "B", "FR", 84_500, 6, 12.125])
    answer = await on_sqlite.import_file("cities", numbers, endorse=True)
    assert (answer.json()["created"], answer.json()["read_as"]) == (2, []), answer.text
    listed = (await on_sqlite.client.get("/registry/v1/cities")).json()["items"]
    assert [(one["name"], one["population"], one["longitude"]) for one in listed] == [
        ("84", 84, -0.25),
        ("B", 84_500, 12.125),
    ]
    answer = await on_sqlite.import_file("cities", workbook(heading, ["city", "C", "FR", "84.000", 1.5, 2.5]))
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:isopolity:problem:undecided-cells")


GERMAN = "kind,name,country,population\ncity,Turku,FI,84.000\n"


async def test_a_cell_with_two_meanings_refuses_the_whole_file_unless_the_sender_decides(
    registry: RegistryUnderTest,
) -> None:
    answer = await registry.import_file("cities", GERMAN, skip_invalid=True)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:isopolity:problem:undecided-cells"
    assert "Line 2, population: “84.000” can mean 84 or 84,000" in answer.json()["detail"]
    assert await registry.events() == []
    answer = await registry.import_file("cities", GERMAN, decimal="comma", endorse=True)
    assert answer.json()["read_as"] == ["Numbers are read as written like 1.234,5, as you chose."]
    assert (await registry.client.get("/registry/v1/cities")).json()["items"][0]["population"] == 84_000


async def test_a_dry_run_tells_how_cells_were_read(on_sqlite: RegistryUnderTest) -> None:
    content = (
        "city_name,city_country,title,amount_min,amount_max,currency,starts,ends\n"
        'Turku,FI,Books,1.000,"2.500,00",EUR,05.06.2027,30.06.2027\n'
    )
    await on_sqlite.import_file("cities", GERMAN, decimal="comma", endorse=True)
    answer = await on_sqlite.import_file("requests", content, dry_run=True)
    assert answer.json()["read_as"] == [
        "Numbers are read as written like 1.234,5, as in line 2, amount_max: “2.500,00”.",
        "Dates are read as written like 31.12.2027, day first, as in line 2, ends: “30.06.2027”.",
    ]
    await on_sqlite.import_file("requests", content)
    stored = (await on_sqlite.client.get("/registry/v1/requests")).json()["items"][0]
    assert (stored["amount_min"], stored["amount_max"], stored["starts"]) == (1_000, 2_500, "2027-06-05")


async def test_texts_in_json_lines_are_no_numbers_with_marks_and_no_moments(on_sqlite: RegistryUnderTest) -> None:
    line = {"kind": "city", "name": "Turku", "country": "FI", "population": "84.000", "needs": []}
    need = {"subject": "sdg.4", "intensity": 3, "mode": "webinar", "valid_until": "86400"}
    answer = await on_sqlite.import_file("cities", json.dumps(line | {"needs": [need]}))
    assert problems(answer) == [(1, "population"), (1, "needs")]


async def test_json_lines_are_read(on_sqlite: RegistryUnderTest) -> None:
    lines = [
        {"kind": "city", "name": "Turku", "country": "FI", "contact": {"name": "A", "email": "a@turku.example"}},
        {"kind": "city", "name": "X", "country": "FI", "needs": [{"subject": "sdg.4", "intensity": 8, "mode": "x"}]},
    ]
    content = "\n".join([json.dumps(lines[0]), "", json.dumps(lines[1]), "[1]"])
    answer = await on_sqlite.import_file("cities", content, skip_invalid=True)
    assert answer.json()["created"] == 1, answer.text
    assert problems(answer) == [(3, "needs"), (3, "needs"), (4, None)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_an_array_with_an_entry_on_each_line_is_read_by_its_lines(on_sqlite: RegistryUnderTest, end: str) -> None:
    entries = [{"kind": "city", "name": name, "country": "FI"} for name in ("Turku", "", "Oulu")]
    content = end.join(["[", *(json.dumps(entry) + "," for entry in entries[:2]), json.dumps(entries[2]), "]", ""])
    answer = await on_sqlite.import_file("cities", content, skip_invalid=True)
    assert (answer.json()["created"], problems(answer)) == (2, [(3, "name")])
    answer = await on_sqlite.import_file("cities", json.dumps(entries, indent=2))
    assert answer.status_code == 422
    assert "each entry on a line of its own" in answer.json()["problems"][0]["detail"]


async def test_the_rows_of_a_partner_are_its_programmes(on_sqlite: RegistryUnderTest) -> None:
    content = (
        "kind,name,home_country,registration_id,web,programme_name,budget,currency,grant_min,grant_max\n"
        "ngo,A,NL,N1,https://a.example,One,100,EUR,1,5\n"
        "ngo,A,NL,N1,https://a.example,Two,100,EUR,9,5\n"
        "ngo,B,NL,N2,https://b.example,,,,,\n"
        "ngo,C,NL,N3,https://c.example,One,100,EUR,1,5\n"
        "ngo,C,NL,N3,https://other.example,Two,100,EUR,1,5\n"
    )
    answer = await on_sqlite.import_file("partners", content, skip_invalid=True)
    assert problems(answer) == [(3, "grant_max"), (6, "web")]
    answer = await on_sqlite.import_file("partners", content.replace("9,5", "1,5"), skip_invalid=True, endorse=True)
    listed = (await on_sqlite.client.get("/registry/v1/partners")).json()["items"]
    assert {partner["name"]: len(partner["programmes"]) for partner in listed} == {"A": 2, "B": 0}


async def test_rows_that_point_to_an_unknown_city_are_told(registry: RegistryUnderTest) -> None:
    await registry.import_file("cities", GOOD)
    requests = (
        "city_kind,city_geonames_id,title,amount_min,amount_max,currency\n"
        "city,3448439,Books,1,2,EUR\n"
        "county,3448439,Books,1,2,EUR\n"
    )
    assert problems(await registry.import_file("requests", requests)) == [(3, "city_geonames_id")]
    twinnings = "a_kind,a_geonames_id,b_kind,b_geonames_id,since\ncity,3448439,county,633679,\ncity,1,county,633679,\n"
    assert problems(await registry.import_file("twinnings", twinnings)) == [(3, "a_geonames_id")]
    answer = await registry.import_file("twinnings", twinnings, skip_invalid=True)
    assert answer.json()["created"] == 1


async def test_a_city_is_not_twinned_with_itself(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.import_file("cities", GOOD)
    content = "a_geonames_id,b_geonames_id\n3448439,3448439\n"
    assert problems(await on_sqlite.import_file("twinnings", content)) == [(2, "b_geonames_id")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"kind,name,country,colour\n", "Unknown column colour"),
        (b"kind,name\ncity,X\n", "Missing column country"),
        (b"kind,name,name,country\n", "twice"),
        (b"PK\x03\x04 no workbook", "workbook"),
        (b"\xff\xd8\xff\xe0\x81", "heading"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"kind,name,country\n\"" + b"x" * 200_000, "CSV"),
        (b'kind,country,name\ncity,FI,"Espoo\ncity,FI,Oulu\n', "begins on line 2 is not CSV"),
        (b"\0" * 300, "no table"),
        (b"kind,,country\n", "Column 2 has no name"),
        (b'\xef\xbb\xbf [{"kind": "city"}]', "JSON Lines"),
        (b",".join(b"column%d" % number for number in range(99)), "column0, column1, column2, column3, column4: take"),
    ],
)  # fmt: skip
async def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    on_sqlite: RegistryUnderTest, content: bytes, sentence: str
) -> None:
    answer = await on_sqlite.import_file("cities", content)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["partners", "requests", "twinnings"])
async def test_a_file_of_another_kind_is_recognized(on_sqlite: RegistryUnderTest, kind: str) -> None:
    answer = await on_sqlite.import_file(kind, GOOD)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "This looks like a file of cities: choose cities, or take another file."


async def test_progress_is_told_line_by_line_and_the_result_at_last(on_sqlite: RegistryUnderTest) -> None:
    rows = "".join(f"city,City {number},FR,{number},,,,,\n" for number in range(1, 601))
    answer = await on_sqlite.client.post(
        "/registry/v1/imports?kind=cities",
        content=(HEADING + rows).encode(),
        headers=staff() | {"Accept": "application/x-ndjson"},
    )
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["progress"]["rows"] for line in lines[:-1]] == [250, 500, 600]
    assert lines[-2]["progress"]["share"] == 1
    assert lines[-1]["result"]["created"] == 600


async def test_an_unreadable_file_ends_the_stream_with_an_error(on_sqlite: RegistryUnderTest) -> None:
    answer = await on_sqlite.client.post(
        "/registry/v1/imports?kind=cities", content=b"a,b\n", headers=staff() | {"Accept": "application/x-ndjson"}
    )
    assert "Unknown column a, b" in json.loads(answer.text)["error"]["detail"]


async def test_an_import_with_a_key_is_answered_from_memory(registry: RegistryUnderTest) -> None:
    headers = staff() | {"Idempotency-Key": "k"}
    answers = [
        await registry.client.post("/registry/v1/imports?kind=cities", content=GOOD.encode(), headers=headers)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].json()["created"] == 2
    other = await registry.client.post("/registry/v1/imports?kind=cities", content=BAD.encode(), headers=headers)
    assert other.json()["type"] == "urn:isopolity:problem:idempotency-key-reused"


async def test_headings_are_read_as_people_write_them(on_sqlite: RegistryUnderTest) -> None:
    content = "Kind, NAME ,Country,GeoNames ID,contact-name,Contact e-mail\ncity,Turku,FI,6,Office,o@turku.example\n"
    answer = await on_sqlite.import_file("cities", content)
    assert answer.json()["detail"].startswith(
        "Unknown column contact_e_mail (did you mean contact_email?): take it out"
    )
    answer = await on_sqlite.import_file("cities", content.replace("e-mail", "email"))
    assert answer.json()["created"] == 1, answer.text
    answer = await on_sqlite.import_file("cities", "kind,name,country,contact name,contact_name\n")
    assert "The column contact_name stands twice" in answer.json()["detail"]


async def test_only_staff_imports(on_sqlite: RegistryUnderTest) -> None:
    answer = await on_sqlite.client.post("/registry/v1/imports?kind=cities", content=GOOD.encode())
    assert answer.status_code == 401


async def test_contacts_of_an_import_are_kept_once_and_changed_when_they_differ(registry: RegistryUnderTest) -> None:
    await registry.import_file("cities", GOOD)
    answer = await registry.import_file("cities", GOOD.replace(",Ana,", ",Ana P.,"))
    assert (answer.json()["revised"], answer.json()["unchanged"]) == (1, 1)
    assert (await registry.event_names()).count("contact.changed") == 2


async def test_an_import_tells_how_many_people_are_asked_to_confirm_their_address(registry: RegistryUnderTest) -> None:
    rows = GOOD.replace("county,Turku,FI,633679,,,,,", "county,Turku,FI,633679,,,Bo,bo@turku.org,coordinator")
    for expected in (1, 0):
        report = (await registry.import_file("cities", rows)).json()
        assert (report["accepted"], report["to_confirm"]) == (True, expected), report
