"""Members of the network while another thread adds them."""

from isopolity.matching.domain.network import Network


def test_member_whose_attributes_are_not_there_yet_is_unknown() -> None:
    network = Network()
    network.graph.add_node("x")
    assert network.known("x") is None
    assert network.member("x") is None
