"""A round of a small network from the command line, on both brokers: run, shown, verified, explained and mailed."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import MessageBroker
from isopolity.messaging.embedded.broker import EmbeddedBroker
from tests.support.hosting.running_command import isopolity
from tests.support.hosting.small_demo import write_small_demo
from tests.support.hosting.whole_network import KEY, whole_network
from tests.support.keys import environment_of
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.servers.kafka_cluster import kafka_cluster

pytestmark = pytest.mark.slow


@asynccontextmanager
async def opened(kind: str, folder: Path) -> AsyncIterator[MessageBroker]:
    if kind == "embedded":
        async with EmbeddedBroker.opened(folder / "broker.db", system_clock) as broker:
            yield broker
        return
    with kafka_cluster(folder / "kafka") as cluster:
        yield patient_kafka(cluster.bootstrap)


@pytest.mark.parametrize("kind", ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def test_a_round_is_run_verified_and_mailed_from_the_command_line(tmp_path: Path, kind: str) -> None:
    certificate, demo = tmp_path / "round.json", tmp_path / "demo"
    demo.mkdir()
    write_small_demo(demo)
    async with opened(kind, tmp_path) as broker, whole_network(broker, tmp_path) as url:

        async def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
            return await asyncio.to_thread(
                isopolity,
                *arguments,
                ISOPOLITY_URL=url,
                **environment_of(KEY),
                ISOPOLITY_DATA=str(tmp_path),
                ISOPOLITY_TEST_DEMO=str(demo),
            )

        async def answer(*arguments: str) -> Any:
            done = await ask(*arguments, "--json")
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        loaded = await ask("demo")
        assert loaded.returncode == 0, loaded.stderr
        shown = await answer("round", "show", "--certificate", str(certificate), "--limit", "3")
        assert shown["status"] == "done"
        assert shown["proved"] in loaded.stdout
        assert shown["gap"] < 0.01
        verified = await answer("round", "verify", str(certificate))
        assert (verified["proved"], verified["fingerprint"]) == (True, shown["fingerprint"])
        assert verified["pairs"] == shown["proposed"] > 10
        issued = [each for each in await answer("proposals", "list", "--limit", "5000") if each["stage"] == "issued"]
        mails = await answer("mail", "list", "--state", "sent", "--limit", "5000")
        assert len(mails) == 2 * len(issued) > 20
        sides = shown["proposals"][0]["sides"]
        names = [f"{side['member_id']}/{side['programme_id']}".removesuffix("/None") for side in sides]
        pair = await answer("why", *names)
        assert pair["status"] == "proposed"
        assert "affinity" not in [part["name"] for part in pair["parts"]]
        assert (await ask("why", *names)).stdout.startswith(("twinning", "“", sides[0]["name"]))
        assert (await answer("suggest", sides[1]["member_id"], "--number", "2"))[0]["reasons"]
        again = await ask("round", "run", "--exact", "--seed", "1")
        assert again.returncode == 0, again.stderr
        assert "asked for twinnings and sponsorships, exact, seed 1" in " ".join(again.stdout.split())
        assert [each["status"] for each in await answer("round", "list")] == ["done", "done"]
        assert (await ask("round", "cancel")).stderr.endswith("is done already; there is nothing to cancel.\n")
