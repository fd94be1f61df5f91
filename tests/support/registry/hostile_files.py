"""Two hundred files that a stranger might send as an import: made by hand to exploit something, or by mutation.

They are made from fixed seeds, so they are always equal.
"""

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import openpyxl

Parts = Mapping[str, str | bytes | None]

COUNT: Final = 200
_MAIN: Final = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEADING: Final = "".join(
    f'<c r="{column}1" t="inlineStr"><is><t>{name}</t></is></c>'
    for column, name in zip("ABC", ("kind", "name", "country"), strict=True)
)
_CSV: Final = b"kind,name,country,needs\n"


def good_csv() -> bytes:
    """A CSV file without mistakes."""
    return _CSV + b"".join(b"city,Town %d,BR,sdg.4:3:webinar\n" % number for number in range(30))


def good_json_lines() -> bytes:
    """A good file of the same size in JSON Lines."""
    return b"".join(b'{"kind":"city","name":"Town %d","country":"BR"}\n' % number for number in range(30))


def good_xlsx() -> bytes:
    """A good file of the same size as a workbook."""
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.append(["kind", "name", "country"])
    for number in range(30):
        sheet.append(["city", f"Town {number}", "BR"])
    content = io.BytesIO()
    made.save(content)
    with zipfile.ZipFile(content) as package:
        entries: dict[str, str | bytes] = {name: package.read(name) for name in package.namelist()}
    return packed({name: entry for name, entry in entries.items() if name != "docProps/core.xml"})  # it holds the time


def workbook(
    rows: str = "", *, heading: str = _HEADING, prolog: str = "", encoding: str = "utf-8", parts: Parts | None = None
) -> bytes:
    """A small workbook whose sheet holds `rows` of XML; `parts` replace, add or, if None, leave out entries."""
    sheet = (
        f'<?xml version="1.0" encoding="{encoding}"?>{prolog}<worksheet {_MAIN}><sheetData>'
        f'<row r="1">{heading}</row>{rows}</sheetData></worksheet>'
    )
    entries: dict[str, str | bytes | None] = {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
            'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml"'
            ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
        ),
        "_rels/.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_RELATIONS}"><sheets><sheet name="s" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": sheet.encode(encoding),
        "xl/sharedStrings.xml": f"<sst {_MAIN}><si><t>city</t></si></sst>",
    }
    entries |= parts or {}
    return packed({name: content for name, content in entries.items() if content is not None})


def packed(entries: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A package of these entries."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as package:
        for name, entry in entries.items():
            package.writestr(zipfile.ZipInfo(name), entry, method)
    return content.getvalue()


def chained_entities(count: int = 14_000) -> str:
    """A document type whose entities each hold the one before: to expand the last costs a stack frame for each."""
    chain = "".join(f'<!ENTITY e{number} "&e{number - 1};">' for number in range(1, count))
    return f'<!DOCTYPE x [<!ENTITY e0 "x">{chain}]>'


def text_row(number: object, *cells: str) -> str:
    """A row of texts; its number is what the caller says."""
    inner = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{inner}</row>'


_LAUGHS: Final = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)
_GOOD_ROW: Final = text_row(2, "city", "X", "BR")


def _workbooks() -> Iterator[tuple[str, bytes]]:
    shared = f"<sst {_MAIN}>"
    yield "chained entities", workbook(text_row(2, "&e13999;"), prolog=chained_entities())
    yield "entities that multiply", workbook(text_row(2, "&a9;"), prolog=_LAUGHS)
    yield "a document type in UTF-16", workbook(text_row(2, "&a9;"), prolog=_LAUGHS, encoding="utf-16")
    yield "an entity from disk", workbook(prolog='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>')
    yield (
        "entities in shared strings",
        workbook(parts={"xl/sharedStrings.xml": f"{_LAUGHS}{shared}<si><t>&a9;</t></si></sst>"}),
    )
    yield "entities in an entry of no use", workbook(_GOOD_ROW, parts={"docProps/app.xml": f"{_LAUGHS}<x>&a9;</x>"})
    for number in ("20000000", "1048577", "1048576", "2147483648", "-5", "0", "x", "", "1e5", "9" * 5000):
        yield f"row {number[:12]!r}", workbook(text_row(number, "city", "X", "BR"))
    yield "rows that go back", workbook(text_row(9, "city", "X", "BR") + text_row(3, "city", "Y", "BR"))
    for place in ("XFD2", "ZZZ2", "ZZZZZZ2", "A0", "2A", "", "A99999999", "A2:B3", "é2"):
        yield f"cell {place!r}", workbook(f'<row r="2"><c r="{place}" t="inlineStr"><is><t>x</t></is></c></row>')
    wide = "".join(f'<row r="{number}"><c r="XFD{number}"><v>1</v></c></row>' for number in range(2, 2000))
    yield "wide rows", workbook(wide)
    yield "a wide heading", workbook(heading='<c r="XFD1" t="inlineStr"><is><t>x</t></is></c>')
    many = "".join(f'<c t="inlineStr"><is><t>c{number}</t></is></c>' for number in range(18_000))
    yield "a heading of many columns", workbook(heading=many)
    for index in ("7", "-7", "999999999999", "x", "1.5", ""):
        yield f"shared string {index!r}", workbook(f'<row r="2"><c r="A2" t="s"><v>{index}</v></c></row>')
    attributes = " ".join(f'a{number}=""' for number in range(50_000))
    for cell in (
        '<c r="A2" s="99"><v>1</v></c>',
        '<c r="A2" s="-9"><v>1</v></c>',
        '<c r="A2" t="d"><v>yesterday</v></c>',
        '<c r="A2" t="b"><v>maybe</v></c>',
        '<c r="A2" t="unheard-of"><v>1</v></c>',
        '<c r="A2"><v>1e999</v></c>',
        '<c r="A2"><v>NaN</v></c>',
        '<c r="A2"><f>1/0</f></c>',
        f'<c r="A2"><v>{"9" * 100_000}</v></c>',
        f'<c r="B2" t="inlineStr"><is><t>{"x" * 5_000_000}</t></is></c>',
        f'<c r="B2" t="inlineStr"><is>{"<r><t>x</t></r>" * 100_000}</is></c>',
        f'<c r="B2" {attributes}/>',
        '<c r="B2" t="str"><v>_xD800_</v></c>',
        '<c r="B2" t="str"><v>&#xD800;</v></c>',
    ):
        yield f"cell {cell[:40]}", workbook(f'<row r="2">{cell}</row>')
    yield "deep XML", workbook("<row>" * 100_000 + "</row>" * 100_000)
    yield "a million empty rows", workbook("<row/>" * 1_000_000)
    yield "a million cells in a row", workbook(f'<row r="2">{"<c/>" * 1_000_000}</row>')
    yield "no rows", workbook(heading="")
    yield "no sheets", workbook(parts={"xl/workbook.xml": f"<workbook {_MAIN}><sheets/></workbook>"})
    for name in ("xl/workbook.xml", "[Content_Types].xml", "_rels/.rels", "xl/worksheets/sheet1.xml"):
        yield f"without {name}", workbook(_GOOD_ROW, parts={name: None})
        yield f"{name} that is no XML", workbook(_GOOD_ROW, parts={name: b"\x00\xff<"})
    yield (
        "styles that are none",
        workbook(_GOOD_ROW, parts={"xl/styles.xml": f"<styleSheet {_MAIN}><cellXfs count='x'/>"}),
    )
    yield "40 MB of nothing", workbook(parts={"xl/media/a.bin": bytes(40_000_000)})
    yield "a sheet of 40 MB of spaces", workbook(" " * 40_000_000)
    yield "too many entries", packed({f"e{number}": b"" for number in range(2500)})
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield f"packed by method {method}", packed({"[Content_Types].xml": b"<x/>"}, method)
    whole = workbook(_GOOD_ROW)
    yield "half a workbook", whole[: len(whole) // 2]
    yield "no directory", whole[:-22]
    yield "a wrong sum", whole.replace(b"sheet1.xml", b"sheet2.xml", 1)
    yield "a wrong size", _sized(whole, 1 << 31)
    yield "entries that overlap", _overlapping(whole)
    yield "a password", _flagged(whole)


def _sized(content: bytes, size: int) -> bytes:
    """`content` with a wrong unpacked size of the first entry in the directory."""
    start = content.index(b"PK\x01\x02") + 24
    return content[:start] + size.to_bytes(4, "little") + content[start + 4 :]


def _overlapping(content: bytes) -> bytes:
    """`content` with all entries of the directory at the place of the first."""
    parts = content.split(b"PK\x01\x02")
    return b"PK\x01\x02".join([parts[0], *(part[:38] + bytes(4) + part[42:] for part in parts[1:])])


def _flagged(content: bytes) -> bytes:
    parts = content.split(b"PK\x01\x02")
    return b"PK\x01\x02".join([parts[0], *(part[:4] + b"\x01" + part[5:] for part in parts[1:])])


def _tables() -> Iterator[tuple[str, bytes]]:
    yield "a heading of 6,500 names", b",".join(b"%x" % number for number in range(6_500))
    yield "a heading of one name, often", b",".join([b"a"] * 6_500)
    yield "a million columns", b"," * 1_000_000
    yield "a line of 5 MB", _CSV + b"x" * 5_000_000
    yield "a heading of 5 MB", b"x" * 5_000_000
    yield "a quotation mark never closed", _CSV + b'city,"' + b"x\n" * 1_000_000
    yield "a record that never ends", _CSV + b'"\n",' * 500_000
    yield "a cell of 40,000 characters", _CSV + b"city," + b"x" * 40_000 + b",BR,\n"
    yield "a list of 30,000 entries", _CSV + b"city,X,BR," + b"|" * 30_000 + b"\n"
    yield "a need of 30,000 parts", _CSV + b"city,X,BR," + b":" * 30_000 + b"\n"
    yield "a million empty lines", _CSV + b"\n" * 1_000_000
    yield "60,000 rows", _CSV + b"a\n" * 60_000
    yield "no signs but NUL", _CSV + b"\0" * 1_000_000
    yield (
        "half a surrogate pair in UTF-16",
        b"\xff\xfe" + "kind,name,country\ncity,".encode("utf-16-le") + b"\x00\xd8,\x00",
    )
    yield "an odd byte in UTF-16", b"\xff\xfe" + "kind,name,country\n".encode("utf-16-le") + b"x"
    yield "a byte-order mark alone", b"\xef\xbb\xbf"
    yield "carriage returns alone", good_csv().replace(b"\n", b"\r")
    yield "one partner in 100,000 rows", b"kind,name,home_country\n" + b"ngo,A,NL\n" * 100_000


def _json_lines() -> Iterator[tuple[str, bytes]]:
    def line(value: Any) -> bytes:
        return json.dumps(value).encode() + b"\n"

    yield "lists in lists", b'{"kind":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    yield "objects in objects", b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "900 levels", b'{"a":' * 900 + b"1" + b"}" * 900
    yield "7 levels", b'{"a":' * 7 + b"1" + b"}" * 7
    yield "a number of 900,000 digits", b'{"geonames_id":' + b"9" * 900_000 + b"}"
    yield "a number of 4,000 digits", b'{"geonames_id":' + b"9" * 4_000 + b"}"
    yield "numbers that are none", b'{"latitude":1e999,"longitude":NaN,"population":-Infinity}'
    yield "50,000 unknown fields", line({f"f{number}": 1 for number in range(50_000)})
    yield "9,000 unknown fields", line({f"f{number}": 1 for number in range(9_000)})
    yield "a field with a long name", line({"f" * 100_000: 1})
    yield "a field named by half a pair", b'{"\\ud800":1}\n'
    yield "half a pair as name", b'{"kind":"city","name":"\\ud800","country":"\\udfff"}\n'
    yield (
        "half a pair everywhere",
        line(dict.fromkeys(("kind", "web", "languages", "geonames_id", "can_host"), "\ud800")),
    )
    yield "a line of 3 MB", good_json_lines() + line({"name": "x" * 3_000_000}) + good_json_lines()
    yield "bytes that are no text", b'{"name":"\xff\xfe"}\n'
    yield "11,000 values", line({"local_names": ["x"] * 11_000})
    yield "9,000 wrong values", line({"local_names": [1] * 9_000})
    yield "values of the wrong types", line({"kind": {}, "name": [], "country": None, "needs": "x", "contact": [1]})


_SEEDS: Final[dict[str, Callable[[], bytes]]] = {
    "workbook": good_xlsx,
    "CSV": good_csv,
    "JSON Lines": good_json_lines,
}


def mutated(content: bytes, chance: random.Random) -> bytes:
    """`content` with a few bytes changed, cut out, doubled or put in."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        start = chance.randrange(len(changed))
        end = start + chance.randint(1, 60)
        match chance.randrange(4):
            case 0:
                changed[start] = chance.randrange(256)
            case 1 if len(changed) > 200:
                del changed[start:end]
            case 2:
                changed[start:start] = changed[start:end]
            case _:
                changed[start:start] = chance.choice([b"\0", b'"', b"\xff", b"<", b"&a;", b"{", b"PK\x01\x02", b"\n"])
    return bytes(changed)


@cache
def corpus() -> dict[str, bytes]:
    """All files by name."""
    files = dict([*_workbooks(), *_tables(), *_json_lines()])
    seeds = {name: seed() for name, seed in _SEEDS.items()}
    number = 0
    while len(files) < COUNT:
        name = list(seeds)[number % len(seeds)]
        files[f"{name}, mutation {number}"] = mutated(seeds[name], random.Random(number))
        number += 1
    return files
