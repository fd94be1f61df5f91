"""The public list of cities, as the portal writes it, is a file that an import takes: it changes nothing."""

from tests.support.registry.prepared_files import prepare, rows, take
from tests.support.registry.service import RegistryUnderTest, staff

HEADING = "city_id,name,country,region,population,illustrative,languages,needs,offers,changed_on,kind,geonames_id\n"
STORED = (
    "kind,name,country,geonames_id,population,languages,needs,offers\n"
    "county,Turku,FI,633679,195000,fi|sv,sdg.4:5:webinar:2027-12-31|sdg.5:2:training,\n"
    "city,Saint-Denis,FR,2980916,113000,fr,,sdg.11:4:webinar\n"
)
TURKU = "c1,Turku,FI,europe-north-america,195000,no,fi; sv,{needs},,2026-11-20,county,633679\n"
LISTED = (
    HEADING
    + TURKU.format(needs="sdg.4::webinar:2027-12-31; sdg.5::training")
    + "c2,Saint-Denis,FR,europe-north-america,113000,no,fr,,sdg.11:4:webinar,2026-11-20,city,2980916\n"
)


async def test_the_public_list_comes_back_without_a_question_and_changes_nothing(on_sqlite: RegistryUnderTest) -> None:
    assert (await on_sqlite.import_file("cities", STORED)).json()["created"] == 2
    prepared = await prepare(on_sqlite, LISTED, ask=True)
    found = [prepared[each] for each in ("questions", "invalid", "asking", "created", "revised", "unchanged")]
    assert found == [[], 0, 0, 0, 0, 2], prepared["alike_problems"]
    assert "Columns left out: “city_id”; “region”; “changed_on”." in prepared["left_out"]
    assert any(each.startswith("Needs and offers in codes without a number keep") for each in prepared["read_as"])


async def test_what_is_corrected_in_the_public_list_is_imported_and_ratings_stay(on_sqlite: RegistryUnderTest) -> None:
    await on_sqlite.import_file("cities", STORED)
    changed = HEADING + TURKU.format(needs="sdg.13::pilot; sdg.4::webinar:2027-12-31").replace("195000", "200000")
    prepared = await prepare(on_sqlite, changed, ask=True)
    (row,) = await rows(on_sqlite, prepared, state="changed")
    assert {each["column"]: each["after"] for each in row["changes"]} == {
        "population": "200000",
        "needs": "sdg.13:3:pilot|sdg.4:5:webinar:2027-12-31",
    }
    assert (await take(on_sqlite, prepared)).status_code == 200
    listed = await on_sqlite.client.get("/registry/v1/cities?status=any", headers=staff())
    (turku,) = [each for each in listed.json()["items"] if each["name"] == "Turku"]
    assert [each["intensity"] for each in turku["needs"]] == [3, 5]


async def test_the_public_list_of_partners_leaves_their_programmes_as_they_are(on_sqlite: RegistryUnderTest) -> None:
    stored = "kind,name,home_country,programme_name,budget,currency\nngo,Reads,NL,Books,500,EUR\n"
    assert (await on_sqlite.import_file("partners", stored)).json()["created"] == 1
    listed = (
        "partner_id,name,kind,home_country,illustrative,programmes,changed_on\np1,Reads,ngo,NL,no,Books,2026-11-20\n"
    )
    prepared = await prepare(on_sqlite, listed, "partners", ask=True)
    assert [prepared[each] for each in ("questions", "invalid", "asking", "unchanged")] == [[], 0, 0, 1]
