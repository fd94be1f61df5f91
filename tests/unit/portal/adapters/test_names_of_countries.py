"""Pages name countries as the network's table does, in the order of the names, and offer those where people live."""

from isopolity.portal.adapters.templates import environment, named_countries


def test_forms_offer_each_country_where_people_live_once_and_no_other() -> None:
    codes = [code for code, _ in named_countries("en")]
    assert len(codes) == len(set(codes)) == 243
    assert not {"AQ", "BV", "GS", "HM", "IO", "TF", "UM"} & set(codes)
    assert {"PS", "TW", "XK", "EH", "SJ"} <= set(codes)


def test_names_are_in_the_order_of_their_letters_whatever_their_accents() -> None:
    names = [name for _, name in named_countries("en")]
    assert names[0:3] == ["Afghanistan", "\u00c5land Islands", "Albania"]
    at = {name: place for place, name in enumerate(names)}
    assert at["China"] < at["China, Hong Kong SAR"] < at["China, Macao SAR"] < at["Christmas Island"]
    assert at["Costa Rica"] < at["C\u00f4te d\u2019Ivoire"] < at["Croatia"] < at["Cura\u00e7ao"]
    assert at["R\u00e9union"] < at["Romania"]
    assert at["Tunisia"] + 1 == at["T\u00fcrkiye"] == at["Turkmenistan"] - 1
    french = [name for _, name in named_countries("fr")]
    assert french.index("\u00c9gypte") < french.index("El Salvador") < french.index("\u00c9mirats arabes unis")


def test_a_page_names_a_place_where_nobody_lives_too_and_an_unknown_code_by_itself() -> None:
    text = "{{ 'BV'|country }}, {{ 'CD'|country }}, {{ 'QQ'|country }}; {{ ['KR', 'KP']|countries }}"
    told = environment().from_string(text).render()
    assert told == (
        "Bouvet Island, Democratic Republic of the Congo, QQ; "
        "Republic of Korea and Democratic People\u2019s Republic of Korea"
    )
