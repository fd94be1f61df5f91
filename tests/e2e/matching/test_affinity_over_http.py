"""A network that lets real twinnings count: one part, in a round's proposals, in suggestions and in explanations."""

import json
from pathlib import Path
from typing import Any

from isopolity.matching.affinity.model import load_with_hash, save
from tests.support.matching.affinity import COUNTED, model
from tests.support.matching.service import TestClock, complementary, embedded, matching


async def test_a_round_counts_affinity_and_says_by_which_model(tmp_path: Path) -> None:
    path, clock = tmp_path / "own.json.gz", TestClock()
    save(model(), path)
    weights = tmp_path / "weights.toml"
    weights.write_text("[twinning]\naffinity = 0.04\n")
    digest = load_with_hash(path)[1]
    async with embedded(tmp_path, clock) as network:
        await network.publish("isopolity.registry.city.endorsed.v1", *complementary(4))
        async with matching(
            network, tmp_path, clock, affinity=str(path), weights=weights, sending_policy="rounds-only"
        ) as service:

            async def got(of: str) -> Any:
                answer = await service.get(of, "staff")
                assert answer.status_code == 200, answer.text
                return answer.json()

            done = (await service.post("/rounds", {"kinds": ["twinning"]})).json()
            assert done["weights_version"] == f"{COUNTED.version}-{digest[:12]}"
            certificate = json.loads((await service.get(f"/rounds/{done['round_id']}/certificate", "staff")).content)
            assert certificate["solver"]["versions"]["affinity-model"] == digest
            proposal = (await got(f"/proposals?round_id={done['round_id']}"))["items"][0]
            one, other = (side["member_id"] for side in proposal["sides"])
            told = {part["name"]: part for part in (await got(f"/pairs/{one}/{other}"))["parts"]}
            assert told["affinity"]["text"].startswith("Cities such as these have ")
            assert 0 < told["affinity"]["value"] < 1
            suggestions = await got(f"/members/{one}/suggestions")
            assert all("affinity" in [part["name"] for part in each["parts"]] for each in suggestions)
