"""Topics and groups, as pages and as files."""

import csv
from io import BytesIO, StringIO

from openpyxl import load_workbook

from isopolity.contracts.catalogue import CITY, CONTACT, EVENT_TOPICS, GROUPS, MATCHING_GROUP, REVOCATION
from isopolity.portal.domain.drawings import trend_line
from tests.support.portal.operations import console, group, streams, waiting
from tests.support.portal.service import HOSTILE, portal, signed_in


async def test_each_topic_of_the_catalogue_is_listed_whoever_is_away() -> None:
    async with portal(console(notify=503)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/topics")).text
    assert all(f'id="{topic.name}"' in page for topic in EVENT_TOPICS)
    own = [topic for topic in EVENT_TOPICS if topic.producer == "notify"]
    assert page.count("Not available now.") == len(own)
    row = page[page.index(f'id="{REVOCATION.name}"') :].split("</tr>")[0]
    assert "(without a group)" in row
    assert "(matching without a group)" in page[page.index(f'id="{CONTACT.name}"') :].split("</tr>")[0]
    assert page.count("without a group)") == 3
    assert "1 partition" in row


async def test_of_a_partition_the_offsets_are_told_that_are_there() -> None:
    told = streams("notify")
    told["topics"][0]["partitions"] = [{"partition": n, "start": 4, "end": end} for n, end in enumerate((4, 7))]
    async with portal(console(notify=told)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/topics")).text
    assert "<li>0: empty</li><li>1: offsets 4 to 6</li>" in page
    assert "2 partitions" in page, "not as many as the catalogue says"


async def test_topics_go_into_a_spreadsheet() -> None:
    async with portal(console()) as browser:
        await signed_in(browser)
        answer = await browser.get("/operations/topics", params={"form": "csv"})
        other = await browser.get("/operations/topics", params={"form": "xlsx"})
        wrong = await browser.get("/operations/topics", params={"form": "pdf"})
    rows = list(csv.DictReader(StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["topic"] for row in rows] == [topic.name for topic in EVENT_TOPICS]
    assert (rows[0]["kept_days"], rows[0]["records"], rows[0]["read_by"]) == ("compacted", "9", "matching; notify")
    assert load_workbook(BytesIO(other.content)).active.max_row == len(EVENT_TOPICS) + 1  # type: ignore[union-attr]
    assert wrong.status_code == 422


async def test_a_group_tells_what_waits_who_holds_what_and_why_it_stands_still() -> None:
    stuck = group(
        MATCHING_GROUP.name,
        "matching",
        waiting(CITY.name, 5_000, members=4_321, seconds=600.0),
        ready=False,
        reason=HOSTILE,
    )
    stuck["topics"][0] |= {"more": True}
    stuck["retrying"] = [{"topic": CITY.name, "partition": 2, "attempts": 7, "seconds": 90.0, "error": "BrokerRefused"}]
    parked = [{"awaited": "member:7", "count": 2, "oldest_seconds": 7_300.0}]
    report = streams("matching", consumers=[stuck], parked=2, parked_for=parked)
    async with portal(console(matching=report)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/groups")).text
        rows = (await browser.get("/operations/groups", params={"form": "csv"})).text
    for expected in ("more than 5,000", "4,321", "10 min", "matching-1", "10.0.0.7", "7 attempts within", "member:7"):
        assert expected in page
    assert HOSTILE not in page
    assert f"{MATCHING_GROUP.name},{CITY.name},0,7,5000" in rows


async def test_a_group_whose_service_is_away_is_shown_by_publishers_and_one_of_nobody_says_so() -> None:
    async with portal(console(matching=503)) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/groups")).text
    assert all(f'id="{each.name}"' in page for each in GROUPS)
    assert "matching gives no figures. This is reported by the services whose events it reads." in page
    assert "registry.city" in page
    async with portal(console(registry=503, matching=503, notify=503)) as browser:
        await signed_in(browser)
        assert (await browser.get("/operations/groups")).text.count("Its state is not known.") == len(GROUPS)


def test_a_trend_is_a_line_whose_highest_point_is_at_the_top() -> None:
    assert trend_line([0, 2, 4]) == "M0,24L1,12L2,0"


async def test_a_process_that_is_seen_no_more_is_not_told_as_running() -> None:
    runner = {"group": "isopolity.notify", "state": "running", "reason": "consuming"}
    seen = {"name": "here", "age_seconds": 3.0, "runners": [runner]}
    gone = {"name": "gone", "age_seconds": 960.0, "runners": [runner]}
    async with portal(console(notify=streams("notify", processes=[seen, gone]))) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/groups")).text
    assert "not seen for 16 min" in page
    assert "release" not in page


async def test_processes_are_told_with_their_release_and_one_that_is_missing_as_missing() -> None:
    seen = {"name": "here", "age_seconds": 3.0, "release": "0.1.0+3f2a91c", "is_missing": False, "runners": []}
    gone = {"name": "gone", "age_seconds": 960.0, "release": "0.1.0", "is_missing": True, "runners": []}
    async with portal(console(notify=streams("notify", processes=[seen, gone]))) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/groups")).text
        flow = (await browser.get("/operations")).text
    assert "release 0.1.0+3f2a91c" in page
    assert "It last answered 16 min ago and has not been replaced." in page
    assert "1 of 2 processes of notify answer; one last answered 16 min ago:" in flow
    assert 'href="/operations/groups#processes"' in flow
    assert "Everything works" not in flow


async def test_a_process_that_runs_tells_its_runners() -> None:
    runner = {"group": "isopolity.notify", "state": "running", "reason": "consuming"}
    seen = {"name": "here", "age_seconds": 3.0, "runners": [runner]}
    gone = {"name": "gone", "age_seconds": 960.0, "runners": [runner]}
    async with portal(console(notify=streams("notify", processes=[seen, gone]))) as browser:
        await signed_in(browser)
        page = (await browser.get("/operations/groups")).text
    assert page.count("isopolity.notify: running, consuming") == 1
