"""Files of strangers: each ends with a sentence or rows, within time and memory, and the service answers."""

import asyncio
import json
import tempfile
from dataclasses import dataclass
from typing import Any

import pytest

from isopolity.machine.clock import uuid7
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.entrypoints.imports.import_run import ImportOptions, ImportRun, run_import
from isopolity.registry.entrypoints.imports.layout import LaidOut, guessed, missing
from isopolity.registry.entrypoints.imports.row_parser import conventions_of, parse
from isopolity.tables.rows import Limits, UnreadableFile
from isopolity.tables.spool import Spool, spooled, spooled_sheets
from tests.support.registry.hostile_files import (
    COUNT,
    chained_entities,
    corpus,
    good_csv,
    good_json_lines,
    good_xlsx,
    text_row,
    workbook,
)
from tests.support.registry.service import CITY, RegistryUnderTest, staff

LIMITS = Limits(rows=50_000, seconds=60, cpu_seconds=20, memory=512 << 20, disk=64 << 20)
SLICES = 8
IMPORTS = "/registry/v1/imports"


@dataclass(frozen=True, slots=True)
class Read:
    """The result of a file: rows and problems, or a sentence."""

    rows: int
    problems: list[str]
    sentence: str | None


async def read(content: bytes, limits: Limits = LIMITS) -> Read:
    """Read `content` as a file of cities, as an import does."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        try:
            async with spooled(file, limits) as source:
                return await asyncio.to_thread(parsed, source)
        except UnreadableFile as error:
            return Read(0, [], str(error))


def parsed(source: Any) -> Read:
    rows, problems = 0, []
    conventions = conventions_of("cities", source, {})
    for one in parse("cities", source, conventions):
        if isinstance(one, list):
            problems += one
        else:
            rows += 1
    told = [json.dumps([problem.column, problem.detail], ensure_ascii=False).encode() for problem in problems]
    return Read(rows, [text.decode() for text in told], None)


@pytest.mark.long
@pytest.mark.parametrize("number", range(SLICES))
async def test_every_file_ends_with_a_sentence_or_rows(number: int) -> None:
    for name, content in list(corpus().items())[number::SLICES]:
        result = await read(content)
        if result.sentence is not None:
            assert result.sentence.endswith("."), name
            assert len(result.sentence) < 1000, name
        assert all(text.endswith(('."]', '?"]')) and len(text) < 1000 for text in result.problems), name


async def laid_out(content: bytes, limits: Limits = LIMITS) -> str | None:
    """Why the sheets of a file cannot be read as a table; None if they can."""
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as table:
        file.write(content)
        file.flush()
        try:
            async with spooled_sheets(file, limits) as sheets:
                layout = guessed("cities", sheets)
                LaidOut("cities", layout).write(sheets, table)
                if missing("cities", layout) is None:
                    parsed(Spool(table))
        except UnreadableFile as error:
            return str(error)
    return None


@pytest.mark.long
@pytest.mark.parametrize("number", range(SLICES))
async def test_the_sheets_of_every_file_are_read_or_refused_in_a_sentence(number: int) -> None:
    for name, content in list(corpus().items())[number::SLICES]:
        sentence = await laid_out(content)
        assert sentence is None or (sentence.endswith(".") and len(sentence) < 1000), name


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (workbook(text_row(2, "&e9;"), prolog=chained_entities()), "DOCTYPE"),
        (workbook('<row r="2"><c r="XFD2"><v>1</v></c></row>'), "line 2, has a cell in column 16,384"),
        (b",".join(b"%x" % number for number in range(6_500)), "Line 1 has 6,500 cells"),
        (b"kind,name,country\n" + b"a\n" * 50_001, "more than 50,000 rows"),
        (b'kind,name,country\n"' + b"x\n" * 100_000, "field larger than field limit"),
        (b"notes\n", "There is no table in this file"),
        (good_json_lines(), "This file is no table"),
    ],
)  # fmt: skip
async def test_sheets_beyond_a_bound_are_refused_by_name(content: bytes, sentence: str) -> None:
    assert sentence in (await laid_out(content) or "")


def test_the_corpus_is_whole_and_always_the_same() -> None:
    assert len(corpus()) == COUNT == 200
    assert corpus() == corpus.__wrapped__()


@pytest.mark.parametrize(
    "content", [good_csv(), good_json_lines(), good_xlsx(), workbook(text_row(2, "city", "X", "BR"))]
)
async def test_the_seeds_are_good(content: bytes) -> None:
    result = await read(content)
    assert (result.rows > 0, result.problems, result.sentence) == (True, [], None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (workbook(text_row(2, "&e9;"), prolog=chained_entities()), "DOCTYPE"),
        (workbook(text_row(20_000_000, "city")), "row below line 1,048,576"),
        (workbook('<row r="2"><c r="XFD2"><v>1</v></c></row>'), "Line 2 has a cell in column 16,384"),
        (workbook('<row r="2"><c r="A2" t="s"><v>7</v></c></row>'), "neither a workbook nor a text"),
        (workbook(parts={"a": bytes(40_000_000)}), "unpacks to far more"),
        (b",".join(b"%x" % number for number in range(6_500)), "names 6,500 columns"),
        (b"kind,name,country\n" + b"a\n" * 50_001, "more than 50,000 rows"),
        (b"kind,name,country\n" + b'"\n",' * 300_000, "more than 1,000,000 characters"),
        (b'kind,name,country\n"' + b"x\n" * 100_000, "field larger than field limit"),
    ],
)  # fmt: skip
async def test_a_file_beyond_a_bound_is_refused_by_name(content: bytes, sentence: str) -> None:
    result = await read(content)
    assert sentence in (result.sentence or ""), result


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(cpu_seconds=0), "longer than an import may take"),
        (Limits(seconds=0.001), "longer than an import may take"),
        (Limits(disk=10_000), "more memory than an import may have"),
        (Limits(memory=100 << 20), "more memory than an import may have"),
    ],
)
async def test_the_reading_process_is_ended_at_its_limits(limits: Limits, sentence: str) -> None:
    content = workbook(f'<row r="2">{"<c/>" * 500_000}</row>') if limits.memory < 1 << 30 else good_csv() * 1000
    result = await read(content, limits)
    assert sentence in (result.sentence or ""), result


async def test_a_bad_field_of_a_row_leaves_the_rows_around_it_alone() -> None:
    long = json.dumps({"name": "x" * 3_000_000}).encode() + b"\n"
    result = await read(good_json_lines() + long + b'{"\\ud800":1}\n' + good_json_lines())
    assert (result.rows, len(result.problems)) == (60, 2)
    assert "shorten" in result.problems[0]


async def test_no_transaction_is_open_while_a_file_is_read() -> None:
    def opened() -> Any:
        raise AssertionError("a transaction was opened")

    surroundings = Surroundings(ids=uuid7, regions={})
    with tempfile.TemporaryFile() as file:
        file.write(workbook(text_row(20_000_000, "city")))
        run = ImportRun(ImportOptions(kind="cities"), surroundings)
        with pytest.raises(UnreadableFile):
            async for _ in run_import(run, file, opened, None):
                pass


async def test_the_service_answers_and_writes_while_a_file_is_read(registry: RegistryUnderTest) -> None:
    rows = "".join(text_row(number, "city", f"T{number}", "BR") for number in range(2, 2_002))
    importing = asyncio.create_task(registry.import_file("cities", workbook(rows)))
    for number in range(1, 4):
        answer = await registry.client.post("/registry/v1/cities", json=CITY | {"geonames_id": number}, headers=staff())
        assert answer.status_code == 201
    assert (await importing).json()["created"] == 2_000


@pytest.mark.parametrize("charset", ["idna", "punycode", "undefined", "rot13", "x-unknown", "utf-7", '"utf-16"'])
async def test_a_form_in_a_strange_charset_is_refused(on_sqlite: RegistryUnderTest, charset: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a\xff.csv"\r\n\r\nx\r\n--b--\r\n'
    headers = staff() | {"Content-Type": f"multipart/form-data; charset={charset}; boundary=b"}
    answer = await on_sqlite.client.post(IMPORTS, params={"kind": "cities"}, content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:isopolity:problem:charset")


async def test_a_file_may_have_a_name_that_is_no_text(on_sqlite: RegistryUnderTest) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xed\xa0\x80.csv"\r\n\r\n'
    headers = staff() | {"Content-Type": "multipart/form-data; charset=UTF-8; boundary=b"}
    body = part + good_csv() + b"\r\n--b--\r\n"
    answer = await on_sqlite.client.post(IMPORTS, params={"kind": "cities"}, content=body, headers=headers)
    assert answer.json()["created"] == 30


async def test_problems_are_listed_up_to_a_thousand_and_all_bad_rows_counted(on_sqlite: RegistryUnderTest) -> None:
    content = b"kind,name,country\n" + b"village,X,BR\n" * 1_500
    answer = await on_sqlite.import_file("cities", content)
    assert answer.status_code == 422
    body = answer.json()
    assert (body["invalid"], len(body["problems"]), body["problems_cut"]) == (1_500, 1_000, True)
    answer = await on_sqlite.import_file("cities", b"kind,name,country\n" + b"village,X,BR\n" * 10)
    assert (answer.json()["invalid"], answer.json()["problems_cut"]) == (10, False)
