"""Staff chooses settings over HTTP; what cannot be chosen is told at its field."""

from pathlib import Path

from tests.support.matching.service import TestClock, embedded, matching

PATH = "/matching/v1/network-settings"


async def test_a_choice_holds_is_told_and_replaces_the_one_that_was_seen(tmp_path: Path) -> None:
    clock = TestClock()
    async with embedded(tmp_path, clock) as network, matching(network, tmp_path, clock) as running:
        http, headers = running.client, running.headers("staff")
        before = (await http.get(PATH, headers=headers)).json()
        assert (before["number"], before["answer_days"], before["usual_answer_days"]) == (0, 21, 21)
        order = {"seen": 0, "answer_days": 28, "weights": {"twinning": {"language": 0.2}}}
        answer = await http.put(PATH, json=order, headers=headers)
        assert answer.status_code == 200, answer.text
        after = answer.json()
        assert (after["number"], after["answer_days"], after["weights"]["twinning"]["language"]) == (1, 28, 0.2)
        assert after["usual_weights"] == before["weights"]
        assert [(each["number"], each["answer_days"]) for each in after["choices"]] == [(1, 28)]
        stale = await http.put(PATH, json=order | {"answer_days": 35}, headers=headers)
        assert (stale.status_code, stale.json()["code"]) == (412, "chosen-meanwhile")
        wrong = {"seen": 1, "weights": {"twinning": {"needs-a": 1}}}
        refused = await http.put(PATH, json=wrong, headers=headers)
        assert (refused.status_code, "the same weight" in refused.json()["detail"]) == (422, True)
        long = await http.put(PATH, json={"seen": 1, "answer_days": 91}, headers=headers)
        assert [each["pointer"] for each in long.json()["errors"]] == ["/answer_days"]
