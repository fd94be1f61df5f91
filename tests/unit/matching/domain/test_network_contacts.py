"""Who can be mailed, by the newest state of each contact, in whatever order contacts and members come."""

from collections.abc import Callable
from itertools import permutations

from isopolity.matching.domain.member import WITHDRAWN
from isopolity.matching.domain.network import Network


def put(network: Network, version: int = 1, status: str = "endorsed") -> None:
    network.put_member("city", "corfu", version, status, b"")


STEPS: tuple[Callable[[Network], object], ...] = (
    put,
    lambda network: network.put_contact("mayor", 1, "corfu"),
    lambda network: network.put_contact("mayor", 2, None),
    lambda network: network.put_contact("deputy", 1, "corfu"),
)


def test_without_counting_contacts_everybody_can_be_mailed() -> None:
    network = Network()
    put(network)
    assert network.unmailable == frozenset()


def test_the_order_in_which_contacts_and_their_member_come_changes_nothing() -> None:
    for steps in permutations(STEPS):
        network = Network(contacts_count=True)
        for step in (*steps, *steps):
            step(network)
        assert network.unmailable == frozenset()
        network.put_contact("deputy", 2, None)
        assert network.unmailable == {"corfu"}


def test_a_contact_that_went_to_another_member_counts_there_only() -> None:
    network = Network(contacts_count=True)
    put(network)
    network.put_member("city", "turku", 1, "endorsed", b"")
    network.put_contact("mayor", 1, "corfu")
    assert network.unmailable == {"turku"}
    network.put_contact("mayor", 2, "turku")
    assert network.unmailable == {"corfu"}
    network.forget_contact("mayor")
    assert network.unmailable == {"corfu", "turku"}


def test_a_member_that_withdrew_is_not_listed_and_is_again_when_it_is_back() -> None:
    network = Network(contacts_count=True)
    put(network)
    put(network, 2, WITHDRAWN)
    assert network.unmailable == frozenset()
    put(network, 3)
    assert network.unmailable == {"corfu"}
    network.forget_member("corfu")
    assert network.unmailable == frozenset()


def test_a_member_can_be_mailed_once_one_of_its_contacts_is_confirmed() -> None:
    network = Network(contacts_count=True)
    put(network)
    assert (network.unmailable, network.unconfirmed) == (frozenset({"corfu"}), frozenset())
    network.put_contact("mayor", 1, "corfu", confirmed=False)
    assert (network.unmailable, network.unconfirmed) == (frozenset({"corfu"}), frozenset({"corfu"}))
    network.put_contact("mayor", 2, "corfu", confirmed=True)
    assert (network.unmailable, network.unconfirmed) == (frozenset(), frozenset())
    network.put_contact("mayor", 1, "corfu", confirmed=False)
    assert network.unmailable == frozenset()
    network.put_contact("mayor", 3, "corfu", confirmed=False)
    network.put_contact("deputy", 1, "corfu", confirmed=True)
    assert (network.unmailable, network.unconfirmed) == (frozenset(), frozenset())
    network.forget_contact("deputy")
    assert network.unconfirmed == {"corfu"}
    network.forget_contact("mayor")
    assert (network.unmailable, network.unconfirmed) == (frozenset({"corfu"}), frozenset())
