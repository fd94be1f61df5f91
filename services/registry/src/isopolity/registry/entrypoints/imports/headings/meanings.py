"""Headings that people write, by the column that they mean: in the languages of the product, and German.

A heading that is not known as a whole is known by its parts: “Land / Country”, “Population (2024)”.
Invariant: a heading that two columns of a table share means none of them, and so does one whose parts mean several.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from isopolity.identity.folded_text import name_key
from isopolity.registry.entrypoints.imports.cells.columns import Form
from isopolity.registry.entrypoints.imports.tables import TABLES

_BRACKETS: Final = re.compile(r"[(\[]([^)\]]*)[)\]]")
_BETWEEN: Final = re.compile(r"[/|\r\n]")
_NUMBER_OF: Final = re.compile(
    r"(?:nb|nbre|no|nr|num|number|nombre|número|numero|anzahl|zahl)\b[.°]?\s*(?:of|der|de|d['\u2019])?\s*(?=\w)",
    re.IGNORECASE,
)

_IN_UNIT: Final = re.compile(r"[,:]?\s+(?:in|en|em|в)\s+\S+$", re.IGNORECASE)

_NAME: Final = "name|nom|nombre|nome|название|наименование|имя|الاسم|اسم|名称|名字"
_COUNTRY: Final = (
    "country|pays|país|страна|البلد|الدولة|国家|Land|Staat|nation|État|code pays|country code|código de país|"
    "código do país|Ländercode|Sitzland|pays du siège"
)
_CITY: Final = (
    "city|town|municipality|ville|commune|municipalité|ciudad|municipio|cidade|município|город|المدينة|مدينة|城市|Stadt|"
    "Gemeinde|Ort|city name|name of the city|nom de la ville|nombre de la ciudad|nome da cidade|Name der Stadt|member"
)
_ORGANISATION: Final = (
    "organisation|organization|partner|partenaire|socio|parceiro|организация|партнёр|المنظمة|الشريك|机构|合作伙伴|"
    "Organisation|Name der Organisation|nom de l'organisation|foundation|fondation|Stiftung|fundación|fundação|"
    "name of the foundation|nom de la fondation|Name der Stiftung|nombre de la fundación|nome da fundação|"
    "donor|bailleur|bailleur de fonds|donante|doador|Förderer|Geldgeber"
)
_LANGUAGES: Final = (
    "languages|language|lang|langues|langue|idiomas|idioma|línguas|языки|язык|اللغات|语言|Sprachen|Sprache|Arbeitssprachen|"
    "Arbeitssprache|working languages|working language|langues de travail|langue de travail|idiomas de trabajo|"
    "idioma de trabajo|línguas de trabalho|idiomas de trabalho|рабочие языки|لغات العمل|工作语言"
)
_WEB: Final = (
    "web|website|web site|site|site web|site internet|url|page web|sitio web|página web|sítio|сайт|веб-сайт|الموقع|"
    "الموقع الإلكتروني|网站|网址|Webseite|Internetseite|homepage|internet"
)
_MAIL: Final = (
    "email|e-mail|mail|e-mail address|courriel|mél|adresse électronique|adresse e-mail|correo|correo electrónico|"
    "endereço eletrônico|эл. почта|электронная почта|البريد الإلكتروني|电子邮件|邮箱|E-Mail-Adresse|contact e-mail|"
    "mail contact|mél contact|email contact|e-mail du contact|courriel du contact|adresse mail|Mailadresse"
)
_PERSON: Final = (
    "contact|contact person|contact name|personne de contact|nom du contact|personne contact|contacto|"
    "persona de contacto|contato|pessoa de contato|контактное лицо|контакт|جهة الاتصال|联系人|Ansprechpartner|"
    "nom contact|contact nom|responsable|nom du responsable|référent|référente|Kontaktname|Name Ansprechpartner|"
    "Ansprechpartnerin|Ansprechperson|point focal|focal point|punto focal|ponto focal|interlocuteur|Kontakt|"
    "Kontaktperson|coordinateur|coordinatrice|coordinator|coordinador"
)
_ROLE: Final = "role|function|rôle|fonction|función|função|роль|должность|الدور|职务|Funktion|contact role"
_ABOUT: Final = "about|description|présentation|descripción|descrição|описание|الوصف|简介|Beschreibung"
_PLACE: Final[Mapping[str, str]] = {
    "latitude": "latitude|lat|latitud|широта|خط العرض|纬度|Breite|Breitengrad",
    "longitude": "longitude|lon|lng|long|longitud|долгота|خط الطول|经度|Länge|Längengrad",
}
_CONTACT: Final = {"contact_email": _MAIL, "contact_name": _PERSON, "contact_role": _ROLE}
_KIND: Final = "kind|type|type of member|tipo|тип|вид|النوع|类型|Art|Typ"

_HEADINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "cities": {
        **_PLACE,
        **_CONTACT,
        "kind": _KIND,
        "name": f"{_NAME}|{_CITY}",
        "country": _COUNTRY,
        "local_names": "local name|local names|nom local|noms locaux|nombre local|nome local|местное название|当地名称",
        "geonames_id": "geonames|geonames id",
        "population": (
            "population|inhabitants|number of inhabitants|habitants|nombre d'habitants|población|habitantes|população|"
            "население|численность населения|عدد السكان|السكان|人口|Einwohner|Einwohnerzahl|Bevölkerung|pop."
        ),
        "languages": _LANGUAGES,
        "learning_city_since": (
            "learning city since|ville apprenante depuis|member since|membre depuis|Mitglied seit|Lernende Stadt seit|"
            "Beitritt|Beitrittsjahr|Beitrittsdatum|Aufnahme|joined|joined in|year of joining|date of joining|accession|"
            "adhésion|année d'adhésion|date d'adhésion|adhesión|año de adhesión|fecha de adhesión|miembro desde|adesão|"
            "date adh|année adh|date adhésion|année adhésion|Jahr des Beitritts|"
            "ano de adesão|data de adesão|membro desde|дата вступления|год вступления|سنة الانضمام|加入年份"
        ),
        "web": _WEB,
        "about": _ABOUT,
        "needs": (
            "needs|need|besoins|besoin|needs (subjects)|necesidades|necesidad|necessidades|потребности|الاحتياجات|需求|"
            "Bedarf|Bedarfe|sucht|looking for|looks for|cherche|recherche|busca|procura"
        ),
        "offers": (
            "offers|offer|offres|offre|ofertas|oferta|предложения|العروض|供给|Angebote|Angebot|bietet an|bietet|"
            "propose|ofrece|oferece|can offer|peut offrir|peut proposer|puede ofrecer|pode oferecer|kann anbieten"
        ),
        "time_zone": "time zone|fuseau horaire|zona horaria|fuso horário|часовой пояс|المنطقة الزمنية|时区|Zeitzone",
        "can_travel": "can travel|peut voyager|puede viajar|pode viajar",
        "can_host": "can host|peut accueillir|puede acoger|pode receber",
        "online_only": "online only|en ligne seulement|en ligne uniquement|solo en línea|somente online|nur online",
        "capacity": "capacity|capacité|capacidad|capacidade|ёмкость|القدرة|容量|Kapazität",
    },
    "partners": {
        **_CONTACT,
        "kind": _KIND,
        "name": f"{_NAME}|{_ORGANISATION}",
        "home_country": _COUNTRY,
        "languages": _LANGUAGES,
        "web": _WEB,
        "about": _ABOUT,
        "programme_name": "programme|program|programa|программа|البرنامج|项目|Programm|nom du programme",
        "budget": "budget|presupuesto|orçamento|бюджет|الميزانية|预算",
        "currency": "currency|devise|monnaie|moneda|moeda|валюта|العملة|货币|Währung",
        "grant_min": (
            "grant min|smallest grant|minimum grant|grant from|subvention minimum|subvention minimale|subvention de|"
            "subvención mínima|subvenção mínima|Förderung von|Förderung min|Mindestförderung"
        ),
        "grant_max": (
            "grant max|largest grant|maximum grant|grant to|grant up to|subvention maximum|subvention maximale|"
            "subvention à|subvención máxima|subvenção máxima|Förderung bis|Förderung max|Höchstförderung"
        ),
        "closes": (
            "closes|deadline|date limite|échéance|clôture|fecha límite|prazo|Frist|Antragsfrist|Bewerbungsschluss"
        ),
        "subjects": "subjects|sujets|thèmes|temas|темы|المواضيع|主题|Themen|Förderschwerpunkte|domaines",
    },
    "needs-and-offers": {
        "city_name": f"{_NAME}|{_CITY}",
        "city_country": _COUNTRY,
        "side": "side|need or offer|besoin ou offre|necesidad u oferta|necessidade ou oferta|Bedarf oder Angebot",
        "subject": "subject|sujet|thème|tema|тема|الموضوع|主题|Thema",
        "intensity": "intensity|intensité|importance|intensidad|importancia|важность|الأهمية|强度|Wichtigkeit",
        "mode": "mode|modalité|form of work|modalidad|modalidade|форма|الطريقة|方式|Form",
        "title": "title|titre|título|заголовок|العنوان|标题|Titel",
        "text": f"text|{_ABOUT}",
        "topics": "topics|mots-clés|keywords|palabras clave|ключевые слова|关键词",
    },
    "requests": {
        "city_name": f"{_NAME}|{_CITY}",
        "city_country": _COUNTRY,
        "title": "title|titre|título|project|projet|proyecto|projeto|заголовок|проект|العنوان|标题|Titel|Projekt",
        "description": f"{_ABOUT}|purpose|objet",
        "amount_min": "minimum|amount min|montant minimum|importe mínimo|mínimo",
        "amount_max": "maximum|amount|montant|montant maximum|importe|valor|сумма|المبلغ|金额|Betrag|máximo",
        "currency": "currency|devise|monnaie|moneda|moeda|валюта|العملة|货币|Währung",
    },
    "twinnings": {
        "a_name": "city a|first city|city 1|ville a|ville 1|ciudad a|ciudad 1|cidade a|cidade 1|Stadt A|Stadt 1",
        "a_country": "country a|country 1|pays a|pays 1|país a|país 1|Land A|Land 1",
        "b_name": "city b|second city|city 2|ville b|ville 2|ciudad b|ciudad 2|cidade b|cidade 2|Stadt B|Stadt 2",
        "b_country": "country b|country 2|pays b|pays 2|país b|país 2|Land B|Land 2",
        "since": "since|year|depuis|année|desde|año|ano|год|منذ|年份|seit|Jahr",
    },
}


@cache
def columns_by_heading(kind: str) -> Mapping[str, str]:
    """The columns of a `kind` of table by the keys of their headings; the column's own name is one."""
    meant: dict[str, dict[str, None]] = {}
    for column, headings in _HEADINGS[kind].items():
        for heading in headings.split("|"):
            meant.setdefault(name_key(heading), {})[column] = None
    found = {key: next(iter(columns)) for key, columns in meant.items() if len(columns) == 1}
    return found | {name_key(column): column for column in TABLES[kind].columns}


def columns_of(kind: str, cells: Sequence[object]) -> list[str | None]:
    """The column that each heading means; None for a heading that means none, or one that another has.

    Of several headings of a column the first one counts that is known as a whole, else the first one.
    """
    whole = [_whole(kind, str(cell)) if cell not in (None, "") else None for cell in cells]
    taken = set(whole)
    found: list[str | None] = []
    for cell, column in zip(cells, whole, strict=True):
        if column is None and cell not in (None, ""):
            column = _by_parts(kind, str(cell))
            column = None if column in taken else column
            taken.add(column)
        found.append(None if column in found else column)
    return found


def _whole(kind: str, heading: str) -> str | None:
    """The column of the heading, also of the number of something, with its unit: “Nb d'habitants en milliers”."""
    names = columns_by_heading(kind)
    if (column := names.get(name_key(heading))) is not None:
        return column
    counted = _NUMBER_OF.match(heading)
    rest = _IN_UNIT.sub("", heading if counted is None else heading[counted.end() :])
    column = names.get(name_key(rest))
    return column if column is not None and TABLES[kind].columns[column].form is Form.WHOLE else None


def _by_parts(kind: str, heading: str) -> str | None:
    """The one column that parts of the heading mean; parts within brackets count if no other means any."""
    outside, within = _BRACKETS.sub("/", heading), "/".join(_BRACKETS.findall(heading))
    for text in (outside, within):
        meant = {_whole(kind, part.strip()) for part in _BETWEEN.split(text) if part.strip()} - {None}
        if meant:
            return meant.pop() if len(meant) == 1 else None
    return None
