"""The sums: nothing is lost, nothing is doubled, and all copies of a state are equal.

Each check compares two independent sides: people with databases, databases with the log, the log with the graphs, the
ledger with the mail server.
"""

from collections import Counter
from collections.abc import Callable

from isopolity.contracts.catalogue import CITY as CITY_TOPIC
from isopolity.contracts.catalogue import CONTACT, PARTNERSHIP, PROPOSAL
from isopolity.contracts.matching import END_REASONS
from isopolity.persistence.republication import DEFAULT_STEP
from tests.support.faults.stock import Stock, quiescent, take_stock
from tests.support.faults.tested import Tested
from tests.support.faults.traffic import Traffic

_OUT = ("issued", "answered", "agreed", "declined", "expired", "superseded")


async def check_sums(system: Tested, traffic: Traffic, *, poisoned: bool = False) -> Stock:
    """Wait until nothing moves, decide about unknown mails, and do all comparisons."""
    await system.ready()
    await quiescent(system)
    if await traffic.decide_unknown():
        await quiescent(system)
    stock = await take_stock(system)
    traffic.poisoned |= poisoned
    assert traffic.poisoned or not stock.dead_letters, f"there are dead letters: {stock.dead_letters}"
    for check in _CHECKS:
        check(stock, traffic)
    return stock


def _members_are_kept(stock: Stock, traffic: Traffic) -> None:
    found, joined = {row["id"] for row in stock.cities}, {city.city_id for city in traffic.cities}
    assert joined <= found, "a city that joined is not in registry"
    assert len(found) == len(traffic.cities) + traffic.imported, "registry's cities are not those that joined"
    assert sorted(row["id"] for row in stock.partners) == sorted(traffic.partners)
    known = {(row["id"], row["version"], row["status"]) for row in [*stock.cities, *stock.partners]}
    assert {(row["member_id"], row["version"], row["status"]) for row in stock.members} == known


def _graphs_equal_a_rebuild(stock: Stock, _traffic: Traffic) -> None:
    for graph in stock.graphs:
        assert graph == stock.rebuilt, "a graph differs from one rebuilt from the log"


def _proposals_are_known_to_both(stock: Stock, _traffic: Traffic) -> None:
    out = (row for row in stock.proposals if row["stage"] in _OUT and row["document"]["issued_at"])
    told = {(row["proposal_id"], row["version"], row["stage"]) for row in out}
    assert {(row["proposal_id"], row["version"], row["stage"]) for row in stock.projections} == told


def _log_has_every_version_once(stock: Stock, traffic: Traffic) -> None:
    """Kafka's compaction does not run in so short a time; the embedded log keeps the last version only.

    A state that is published again has its version, or a version that a restoration has raised by one step.
    """
    for (topic, key), versions in stock.versions.items():
        if traffic.republished:
            assert max(versions) < 2 * DEFAULT_STEP, f"{key} was lifted twice: {versions}"
            versions = list(dict.fromkeys(version % DEFAULT_STEP for version in versions))
        if topic in (CITY_TOPIC.name, CONTACT.name, PARTNERSHIP.name, PROPOSAL.name):
            assert versions == list(range(versions[0], versions[0] + len(versions))), f"{key} went through {versions}"
    last = {key: versions[-1] for (topic, key), versions in stock.versions.items() if topic == CITY_TOPIC.name}
    assert last == {row["id"]: row["version"] for row in stock.cities}


def _mails_arrived_once(stock: Stock, _traffic: Traffic) -> None:
    arrived = Counter(mail.mail_id for mail in stock.arrived)
    ledger = {row["mail_id"]: row["state"] for row in stock.mails}
    assert arrived.keys() <= ledger.keys(), "a mail arrived that the ledger does not know"
    sent = {mail_id for mail_id, state in ledger.items() if state == "sent"}
    assert sent == arrived.keys(), "a mail that was sent did not arrive, or one arrived that was not sent"
    assert max(arrived.values(), default=1) == 1, "a mail arrived twice"


def _each_side_has_its_mails(stock: Stock, _traffic: Traffic) -> None:
    entered = Counter((row["proposal_id"], row["side"], row["purpose"]) for row in stock.mails if row["side"])
    expected = {(row["proposal_id"], side, "proposal") for row in stock.projections for side in "ab"}
    for row in stock.projections:
        if row["stage"] not in ("issued", "answered"):
            purpose = "introduction" if row["stage"] == "agreed" else "closing"
            expected |= {(row["proposal_id"], side, purpose) for side in "ab"}
    expected |= {(proposal_id, side, "ending") for proposal_id in _ended(stock) for side in "ab"}
    assert entered == Counter(expected)


def _ended(stock: Stock) -> set[str]:
    """The proposals whose partnership staff has ended."""
    return {row["proposal_id"] for row in stock.partnerships if row["document"]["ended_reason"] in END_REASONS}


def _ends_are_kept(stock: Stock, traffic: Traffic) -> None:
    assert len(_ended(stock)) == traffic.ended


def _answers_arrived_once(stock: Stock, traffic: Traffic) -> None:
    given = {(row["proposal_id"], row["side"]): row["choice"] for row in stock.answers}
    assert len(given) == len(traffic.answers), "an answer that was acknowledged is missing, or one came from nowhere"
    taken = {
        (row["proposal_id"], side["side"]): side["answer"]
        for row in stock.proposals
        for side in (row["document"]["a"], row["document"]["b"])
        if side["answer"]
    }
    assert taken == given
    assert Counter(stock.responses) == Counter(proposal_id for proposal_id, _ in given)


def _agreements_are_partnerships(stock: Stock, _traffic: Traffic) -> None:
    agreed = sorted(row["proposal_id"] for row in stock.proposals if row["stage"] == "agreed")
    assert sorted(row["proposal_id"] for row in stock.partnerships) == agreed


def _capacity_is_bound_where_it_must_be(stock: Stock, _traffic: Traffic) -> None:
    bound = Counter(row["proposal_id"] for row in stock.reservations)
    open_or_agreed = {row["proposal_id"] for row in stock.proposals if row["stage"] in ("issued", "answered", "agreed")}
    assert bound == Counter(dict.fromkeys(open_or_agreed - _ended(stock), 2))


_CHECKS: tuple[Callable[[Stock, Traffic], None], ...] = (
    _members_are_kept,
    _graphs_equal_a_rebuild,
    _proposals_are_known_to_both,
    _log_has_every_version_once,
    _mails_arrived_once,
    _ends_are_kept,
    _each_side_has_its_mails,
    _answers_arrived_once,
    _agreements_are_partnerships,
    _capacity_is_bound_where_it_must_be,
)
