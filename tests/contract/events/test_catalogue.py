"""The rules that every entry of the catalogue keeps."""

import re
from datetime import timedelta

import pytest

from isopolity.contracts.catalogue import (
    EVENT_TOPICS,
    EVENT_TYPES,
    PROPOSAL,
    TOPIC_OF_TYPE,
    TOPICS,
    dead_letter_topic,
)
from isopolity.contracts.event_types import SERVICES
from isopolity.contracts.matching import OPEN_STAGES, SETTLED_STAGES
from isopolity.contracts.topic import Topic
from isopolity.matching.domain.proposal import OUT, Stage

each_topic = pytest.mark.parametrize("topic", EVENT_TOPICS, ids=lambda topic: topic.name)
TYPE_NAME = re.compile(r"isopolity\.(registry|matching|notify)\.[a-z]+(?:-[a-z]+)?\.[a-z]+\.v[1-9]\d*")
IRREGULAR = {"withdrawn", "sent", "unknown"}  # past participles, and a mail's outcome that cannot be known


def test_names_of_types_say_service_subject_past_tense_and_major_version() -> None:
    for name, topic in TOPIC_OF_TYPE.items():
        assert TYPE_NAME.fullmatch(name), name
        assert name.startswith(f"{topic.name}."), name
        verb = name.split(".")[3]
        assert verb.endswith("ed") or verb in IRREGULAR, name


def test_no_topic_or_type_is_there_twice() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert len(EVENT_TYPES) == sum(len(topic.types) for topic in EVENT_TOPICS)


@each_topic
def test_a_topics_producer_owns_its_name_and_all_services_are_known(topic: Topic) -> None:
    assert topic.name.split(".")[:2] == ["isopolity", topic.producer]
    assert {topic.producer, *topic.consumers} <= set(SERVICES)


@each_topic
def test_the_key_is_a_required_field_of_every_type(topic: Topic) -> None:
    for event_type in topic.types:
        assert event_type.data.model_fields[event_type.key_field].is_required()


@each_topic
def test_state_on_a_compacted_topic_has_one_model_and_a_version(topic: Topic) -> None:
    if topic.compacted:
        assert len({event_type.data for event_type in topic.types}) == 1
        assert all(event_type.data.model_fields["version"].is_required() for event_type in topic.types)


@each_topic
def test_every_type_says_when_it_happens_and_names_its_schema(topic: Topic) -> None:
    assert topic.types
    for event_type in topic.types:
        assert event_type.summary
        assert not event_type.summary.endswith(".")
        assert event_type.dataschema == f"urn:isopolity:schema:{event_type.name}"


def test_each_service_has_one_dead_letter_topic_kept_for_30_days() -> None:
    dead_letters = {topic.name: topic for topic in TOPICS if topic.name.endswith(".dead-letter")}
    assert set(dead_letters) == {f"isopolity.{service}.dead-letter" for service in SERVICES}
    assert all(topic.retention == timedelta(days=30) for topic in dead_letters.values())
    assert dead_letter_topic("notify") == dead_letters["isopolity.notify.dead-letter"]


def test_what_is_kept_and_what_passes_is_as_designed() -> None:
    days = {topic.name: topic.retention and topic.retention.days for topic in EVENT_TOPICS}
    assert days == {
        "isopolity.registry.city": None,
        "isopolity.registry.partner": None,
        "isopolity.registry.request": None,
        "isopolity.registry.twinning": None,
        "isopolity.registry.contact": None,
        "isopolity.registry.confirmation": 7,
        "isopolity.registry.sign-in": 1,
        "isopolity.registry.revocation": None,
        "isopolity.matching.proposal": 90,
        "isopolity.matching.partnership": None,
        "isopolity.matching.interest": 90,
        "isopolity.notify.response": 90,
        "isopolity.notify.delivery": 90,
        "isopolity.registry.canary": 1,
        "isopolity.matching.canary": 1,
        "isopolity.notify.canary": 1,
    }


def test_each_published_stage_of_a_proposal_has_an_event_type_and_matching_knows_the_open_ones() -> None:
    stages = OPEN_STAGES | SETTLED_STAGES
    assert {PROPOSAL.type_named(stage) for stage in stages} == {event_type.name for event_type in PROPOSAL.types}
    assert set(OUT) == OPEN_STAGES
    assert set(Stage) - {Stage.HELD, Stage.SCHEDULED, Stage.DISCARDED} == stages


def test_a_past_tense_that_a_topic_lacks_is_an_error() -> None:
    with pytest.raises(KeyError, match="has no event type 'exploded'"):
        PROPOSAL.type_named("exploded")
