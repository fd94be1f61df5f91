"""Workbooks as secretariats send them: a title, an empty first sheet, French or German, mixed numbers, merged cells."""

from io import BytesIO
from typing import Any

from openpyxl import Workbook


def french() -> bytes:
    """An empty first sheet, a merged title, French headings and countries, a note below, a merged cell."""
    workbook = Workbook()
    _first(workbook).title = "Feuil1"
    sheet: Any = workbook.create_sheet("Liste")
    sheet.append(["Liste des villes apprenantes 2026"])
    sheet.merge_cells("A1:G1")
    sheet.append([])
    sheet.append(["Ville", "Pays", "Population", "Site web", "Contact", "Courriel", "Remarques", "Besoins"])
    sheet.append(
        ["Bonn", "Allemagne", "336 465", "www.bonn.de", "Ada", "mailto:ada@bonn.example", "ok", "literacy, webinar"]
    )
    sheet.append(["Beyrouth", "Liban", "361.366", "beirut.gov.lb", "Nour", "Nour <nour@beirut.example>"])
    sheet.append(["Turku", "Finlande", "1\u202f250\u202f000"])
    sheet.append(["Abidjan", "Côte d'Ivoire", 4_707_404])
    sheet.append(["Bouaké", None, "832.371"])
    sheet.merge_cells("B7:B8")
    sheet.append([])
    sheet.append(["Source : secrétariat"])
    return _bytes(workbook)


def merged_over_rows() -> bytes:
    """A country merged over three rows, of which one has nothing but its name; then a row with an empty country."""
    workbook = Workbook()
    sheet = _first(workbook)
    for row in (
        *(["Pays", "Ville", "Population", "Site web"], ["France", "Lyon", 520_774], [None, "Lille", 236_710]),
        *([None, "Nantes"], [None, "Metz", 120_874]),
    ):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("C3:D3")
    return _bytes(workbook)


def german() -> bytes:
    """Two lines above the headings, numbers that could mean two things, a total below, a column without meaning."""
    workbook = Workbook()
    sheet = _first(workbook)
    sheet.append(["Sekretariat", "Stand 2026"])
    sheet.append([])
    sheet.append(["Stadt", "Land", "Einwohner", "Internet", "Bemerkung"])
    sheet.append(["Köln", "Deutschland", "84.000", "www.koeln.de", "x"])
    sheet.append(["Wien", "Österreich", "12.000", None, None])
    sheet.append(["Summe", None, "96.000"])
    return _bytes(workbook)


def foundations_and_cities() -> bytes:
    """A sheet of foundations without their kind, and then one of cities."""
    workbook = Workbook()
    sheet = _first(workbook)
    sheet.append(["Name der Stiftung", "Sitz (Land)", "E-Mail", "Ansprechpartner"])
    sheet.append(["Alpen-Fonds", "Österreich", "huber@alpen.example", "Max Huber"])
    cities: Any = workbook.create_sheet("Städte")
    cities.append(["Stadt", "Land", "Einwohner"])
    cities.append(["Graz", "Österreich", "302 660"])
    return _bytes(workbook)


def unnamed() -> bytes:
    """Headings of which only some mean a column, far to the right of 300 others; countries are seen by content."""
    workbook = Workbook()
    sheet = _first(workbook)
    sheet.append(["Ville", "Où", "Adresse", *(f"Q{number}" for number in range(300))])
    sheet.append(["Lyon", "France", "mairie@lyon.example"])
    sheet.append(["Dakar", "Sénégal", "mairie@dakar.example"])
    return _bytes(workbook)


def _first(workbook: Workbook) -> Any:
    return workbook.active


def _bytes(workbook: Workbook) -> bytes:
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()
