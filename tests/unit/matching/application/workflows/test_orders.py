"""What is done later is because of what ordered it: the request or event is kept, and lent to what is published."""

from isopolity.contracts.event import Lineage
from isopolity.identity.lineage import current_lineage, lineage_of
from isopolity.matching.application.workflows.published_states import because_of, present_order
from isopolity.matching.domain.proposal import Order

ORDER = Order(correlation_id="request-7", causation_id="event-8")


def test_an_order_is_the_lineage_of_the_request_or_event_under_way() -> None:
    assert present_order() is None
    with lineage_of(Lineage("request-7", "event-8", "trace")):
        assert present_order() == ORDER


def test_what_nobody_asks_for_now_is_because_of_its_order() -> None:
    with because_of(ORDER):
        assert current_lineage() == Lineage("request-7", "event-8")
    with because_of(None):
        assert current_lineage() is None


def test_what_an_event_causes_now_is_because_of_that_event() -> None:
    own = Lineage("request-9", "event-9")
    with lineage_of(own), because_of(ORDER):
        assert current_lineage() == own
