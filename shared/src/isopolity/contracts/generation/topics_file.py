"""The topics file for whoever creates the topics by other means than `ensure_topics`."""

from isopolity.contracts.catalogue import TOPICS
from isopolity.contracts.generation.json_schemas import Json


def topics() -> Json:
    """Every topic with its number of partitions and its settings in Kafka's own words."""
    return {
        "topics": [
            {"name": topic.name, "partitions": topic.partitions, "config": dict(topic.settings)} for topic in TOPICS
        ]
    }
