"""Mails in their reader's language, and those that are English so far."""

from dataclasses import replace

import pytest

from isopolity.languages.offered import ENGLISH, OFFERED
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.adapters.templates import IN_LANGUAGES
from isopolity.notify.application.letters import IssuedLetter
from isopolity.notify.domain.mail import Purpose
from tests.support.notify.events import contact, sign_in, unsent
from tests.support.notify.letters import MakeCorrespondence, Shown, parsed, parts

SUBJECTS = {
    "en": "Your link to sign in",
    "fr": "Votre lien de connexion",
    "es": "Su enlace para iniciar sesión",
    "ar": "رابط تسجيل الدخول",
    "ru": "Ваша ссылка для входа",
    "pt": "O seu link para entrar",
    "zh": "您的登录链接",
}


def letter_to_sign_in(language: str, name: str = "Ana Souza") -> IssuedLetter:
    asked_for = replace(unsent("sign-in-1", ""), purpose=Purpose.SIGN_IN, contact_id="")
    return IssuedLetter(mail=asked_for, issued=replace(sign_in(name), language=language, secret="to-be-issued"))


@pytest.mark.parametrize("language", OFFERED)
def test_the_mail_to_sign_in_is_in_its_readers_language(writer: JinjaLetterWriter, language: str) -> None:
    letter = writer.write(letter_to_sign_in(language))
    assert str(parsed(letter)["Subject"]) == SUBJECTS[language]
    text, html = parts(letter)
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}"' in html
    for shown in (text, Shown(html).text):
        assert "042137" in shown
        assert "Ana Souza" in shown
        assert ("sign in" in shown) == (language == ENGLISH)


@pytest.mark.parametrize("language", ["fr-CA", "fr_FR", "FR"])
def test_a_tag_of_a_country_is_the_language(writer: JinjaLetterWriter, language: str) -> None:
    assert str(parsed(writer.write(letter_to_sign_in(language)))["Subject"]) == SUBJECTS["fr"]


@pytest.mark.parametrize("language", ["fi", "", "../fr", "ja-JP"])
def test_a_language_that_is_not_offered_is_written_in_english(writer: JinjaLetterWriter, language: str) -> None:
    assert str(parsed(writer.write(letter_to_sign_in(language)))["Subject"]) == SUBJECTS["en"]


@pytest.mark.parametrize("name", ["محمد", "A\u202eB", "%(name)s", "<b>", "é" * 400])
def test_a_name_in_any_letters_stays_within_its_sentence(writer: JinjaLetterWriter, name: str) -> None:
    text, html = parts(writer.write(letter_to_sign_in("ar", name)))
    assert "\N{FIRST STRONG ISOLATE}" in text
    assert "<b>" not in html.partition("<body")[2].replace("<body", "")


def test_a_mail_that_is_not_translated_as_a_whole_is_english(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    assert "proposal" not in IN_LANGUAGES
    rendered = writer.render(correspondence(recipient=replace(contact("a"), language="fr")))
    assert '<html lang="en"' in rendered.html
