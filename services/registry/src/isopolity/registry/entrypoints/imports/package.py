"""The ZIP package of a workbook, looked through before anything in it is parsed.

Invariant: what passes has bounded entries and bytes, and no XML in it declares a document type: no entities, and with
them nothing that grows while it is parsed.
"""

from itertools import pairwise
from typing import BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from isopolity.registry.entrypoints.imports.rows import UnreadableFile

_MOST_PACKED: Final = 64_000_000
_MOST_UNPACKED: Final = 300_000_000
_MOST_ENTRIES: Final = 2_000
_RATIO: Final = 200
"""A table packs to a tenth or a hundredth of its size; what packs better holds nothing."""
_UNSUSPECTED: Final = 10_000_000
"""Bytes unpacked up to which the ratio does not matter."""
_BLOCK: Final = 1 << 18
_ENCRYPTED: Final = 1
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
"""In every encoding that the XML parser takes: those of 8 bits must agree with ASCII here."""


def check_package(file: BinaryIO) -> None:
    """Raise UnreadableFile if the package is beyond a bound or declares a document type, BadZipFile if it is none."""
    if file.seek(0, 2) > _MOST_PACKED:
        raise UnreadableFile(f"A workbook can have {_MOST_PACKED // 1_000_000} MB; send it in parts, or as CSV.")
    with ZipFile(file) as package:
        entries = package.infolist()
        _check_directory(entries)
        for entry in entries:
            _check_entry(package, entry)
    file.seek(0)


def _check_directory(entries: list[ZipInfo]) -> None:
    packed, unpacked = sum(entry.compress_size for entry in entries), sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or unpacked > _MOST_UNPACKED:
        raise UnreadableFile("The workbook is too large once it is unpacked; send it in parts, or as CSV.")
    if unpacked > _UNSUSPECTED and unpacked > _RATIO * packed:
        raise UnreadableFile("The workbook unpacks to far more than a table has; copy its cells to a new one.")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise UnreadableFile("The workbook is protected by a password; save it without one.")
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    overlapping = any(one.header_offset + one.compress_size > other.header_offset for one, other in pairwise(in_order))
    methods = {entry.compress_type for entry in entries}
    if overlapping or len({entry.filename for entry in entries}) < len(entries) or methods - {ZIP_STORED, ZIP_DEFLATED}:
        raise UnreadableFile("The workbook is not packed as spreadsheets are; save it as .xlsx or CSV once more.")


def _check_entry(package: ZipFile, entry: ZipInfo) -> None:
    tail = b""
    with package.open(entry) as opened:
        while block := opened.read(_BLOCK):
            text = tail + block
            if any(doctype in text for doctype in _DOCTYPES):
                raise UnreadableFile(
                    "The workbook declares a document type (DOCTYPE); save it as .xlsx or CSV once more."
                )
            tail = text[-max(map(len, _DOCTYPES)) :]
