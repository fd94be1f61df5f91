"""Pairs of a round to be read one by one: `python -m benchmarks.quality.reading FOLDER [--set 1] [--seed 30]`.

The demo and a set of profiles beside this file go through a running instance to a draft. `--each` of its twinnings,
50 unless told, and as many of its sponsorships are drawn with `--seed` and written to FOLDER/pairs.txt: the profiles of
both members, without the pair's value and reasons. FOLDER/values.txt has the values, to be looked at afterwards.
"""

import json
import sqlite3
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from textwrap import fill
from typing import Any, Final

from isopolity.contracts.codes import MODES, SUBJECTS, SUPPORTS
from isopolity.thesaurus.concepts import label
from tests.support.demo_files import demo_file
from tests.support.hosting.running_command import Running, isopolity, up

HERE: Final = Path(__file__).parent
Document = Mapping[str, Any]


def main() -> None:
    """Write the pairs."""
    parser = ArgumentParser(description="Pairs of a round to be read one by one.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", choices=("1", "2"), default="1")
    parser.add_argument("--seed", type=int, default=30)
    parser.add_argument("--each", type=int, default=50)
    chosen = parser.parse_args()
    with up(chosen.folder / "data", "--no-demo", ISOPOLITY_SENDING_POLICY="hold") as network:
        for kind, file in _files(chosen.set):
            _run(network, "import", kind, str(file), *(("--endorse",) if kind in ("cities", "partners") else ()))
        _run(network, "round", "run", "--draft")
        pairs = json.loads(_run(network, "drafts", "show", "latest", "--limit", "100000", "--json"))
        documents = dict(_documents(network.data))
    _write(chosen.folder, pairs["chosen"], documents, Random(chosen.seed), chosen.each)  # noqa: S311 - a sample


def _files(chosen: str) -> Iterator[tuple[str, Path]]:
    """The files of the demo by what they hold, and those of the chosen set."""
    for kind in ("cities", "partners", "requests", "twinnings"):
        yield kind, demo_file(kind)
    yield "cities", HERE / f"profiles-{chosen}.jsonl"
    yield "requests", HERE / f"requests-{chosen}.csv"


def _run(network: Running, *arguments: str) -> str:
    done = isopolity(*arguments, timeout=900, ISOPOLITY_URL=network.url, ISOPOLITY_DATA=str(network.data))
    if done.returncode:
        raise SystemExit(done.stderr + done.stdout)
    return done.stdout


def _documents(data: Path) -> Iterator[tuple[str, Document]]:
    """Profiles by id: cities with their open requests, and programmes with their partner."""
    with closing(sqlite3.connect(data / "registry.db")) as database:
        asked: dict[str, list[Document]] = {}
        for city_id, text in database.execute("SELECT city_id, document FROM requests WHERE status = 'published'"):
            asked.setdefault(city_id, []).append(json.loads(text))
        for city_id, text in database.execute("SELECT id, document FROM cities"):
            yield city_id, {**json.loads(text), "requests": asked.get(city_id, ())}
        for (text,) in database.execute("SELECT document FROM partners"):
            partner = json.loads(text)
            for programme in partner["programmes"]:
                yield programme["programme_id"], {**programme, "partner": partner}


def _write(
    folder: Path, pairs: Sequence[Document], documents: Mapping[str, Document], random: Random, each: int
) -> None:
    values = []
    with (folder / "pairs.txt").open("w", encoding="utf-8") as file:
        for kind in ("twinning", "sponsorship"):
            of_kind = [pair for pair in pairs if pair["kind"] == kind and pair["chosen"]]
            for number, pair in enumerate(random.sample(of_kind, min(each, len(of_kind))), 1):
                file.write(f"=== {kind} {number} of {each}, from {len(of_kind)}\n")
                for side in ("a", "b"):
                    file.write(_rendered(documents[pair[side].rpartition("/")[2]]) + "\n")
                file.write("\n")
                values.append(f"{kind} {number}: {pair['value']:.3f}, {pair['a_name']} and {pair['b_name']}\n")
    (folder / "values.txt").write_text("".join(values), encoding="utf-8")


def _rendered(member: Document) -> str:
    return _programme(member) if "partner" in member else _city(member)


def _city(city: Document) -> str:
    lines = [
        f"-- {city['name']} ({city['country']}), {city.get('population') or 'unknown'} inhabitants, "
        f"languages {', '.join(city.get('languages', ()))}"
    ]
    lines += [fill(city["about"], 150, initial_indent="   ")] if city.get("about") else []
    for side, noun in (("needs", "looks for"), ("offers", "offers")):
        lines += [f"   {noun}: {_interest(each)}" for each in city.get(side, ())]
    for asked in city["requests"]:
        lines.append(
            f"   asks for money: {asked['title']}, {asked['amount_min']:,} to {asked['amount_max']:,} "
            f"{asked['currency']}, {_subjects(asked)}: {asked.get('description', '')}"
        )
    return "\n".join(lines)


def _programme(programme: Document) -> str:
    partner = programme["partner"]
    places = ", ".join((*programme.get("regions", ()), *programme.get("countries", ()))) or "everywhere"
    supports = ", ".join(SUPPORTS[each] for each in programme.get("supports", ()))
    return (
        f"-- {partner['name']} ({partner['kind']}, {partner['home_country']}): {programme['name']}\n"
        f"   gives {supports}; grants {programme['grant_min']:,} to {programme['grant_max']:,} "
        f"{programme['currency']}; serves {places}; {_subjects(programme)}\n"
        f"   {programme.get('purpose') or ''} {programme.get('eligibility') or ''}"
    )


def _subjects(named: Document) -> str:
    subjects = ", ".join(SUBJECTS[each] for each in named.get("subjects", ()))
    topics = _topics(named)
    return f"on {subjects}" + (f" [{topics}]" if topics else "")


def _topics(named: Document) -> str:
    return ", ".join(map(label, named.get("topics", ())))


def _interest(interest: Document) -> str:
    topics = _topics(interest)
    own = f"“{interest['title']}” {interest.get('text') or ''} " if interest.get("title") else ""
    return f"{own}({SUBJECTS[interest['subject']]}, {MODES[interest['mode']]}{', ' + topics if topics else ''})"


if __name__ == "__main__":
    main()
