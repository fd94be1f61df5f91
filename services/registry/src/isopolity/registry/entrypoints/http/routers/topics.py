"""`/registry/v1/topics`: topics found by typing, proposed from one's own words, and one with its neighbours.

Topics are the same for everybody and change with a release only, so caches may store them, but not what belongs to own
words, which may be a draft. The routes are plain functions, which FastAPI runs in a thread: the first search in a
language makes its index.
"""

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.examples import with_examples
from isopolity.thesaurus.concepts import DEFAULT_LANGUAGE, concept, is_topic, label
from isopolity.thesaurus.proposals import proposed
from isopolity.thesaurus.search import Found, find
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/topics")

_KEPT: Final = "public, max-age=3600"
_MOST: Final = 50
_LONGEST_SEARCH: Final = 100
"""How many characters a search may have."""
_LONGEST_WORDS: Final = 600
"""How many characters of own words a proposal reads: a title and a text."""

Language = Annotated[
    f.Language | None, Query(description="Language of the text, and of the labels; without it all, and English labels")
]
Limit = Annotated[int, Query(description="How many topics an answer has at most", ge=1, le=_MOST)]


class FoundTopic(BaseModel):
    """A topic that was found."""

    code: str
    label: str = Field(description="In the language that was asked for, else in English.")
    broader: str | None = Field(description="The label of a broader topic, to tell topics apart; null for none.")
    matched: str = Field(description="The label or entry word by which it was found, in its own language.")


class FoundTopics(BaseModel):
    """Topics, the best first."""

    model_config = ConfigDict(json_schema_extra=with_examples)

    items: list[FoundTopic]


class NamedTopic(BaseModel):
    """A topic with its label."""

    code: str
    label: str


class Topic(BaseModel):
    """A topic of the UNESCO Thesaurus with its labels and neighbours."""

    model_config = ConfigDict(json_schema_extra=with_examples)

    code: str
    labels: dict[str, str] = Field(description="The label by language.")
    other_labels: dict[str, list[str]] = Field(description="Further labels by language, by which it is found.")
    broader: list[NamedTopic]
    narrower: list[NamedTopic]
    related: list[NamedTopic]


@router.get("", operation_id="topics.find", summary="Find topics by typing")
def find_topics(
    response: Response,
    text: Annotated[
        f.Text, Query(description="What was typed; its last word may be incomplete", max_length=_LONGEST_SEARCH)
    ],
    language: Language = None,
    limit: Limit = 10,
) -> FoundTopics:
    """Topics whose labels, in any language, have words of the text: without accents and endings, or misspelt."""
    response.headers["Cache-Control"] = _KEPT
    return FoundTopics(items=_listed(find(text, language, limit), language))


@router.get("/proposed", operation_id="topics.propose", summary="Propose topics for own words")
def propose_topics(
    words: Annotated[f.Text, Query(description="A title and a text in one's own words", max_length=_LONGEST_WORDS)],
    language: Language = None,
    limit: Limit = 5,
) -> FoundTopics:
    """Topics whose labels stand in a text; few, and none where none is sure. No cache stores the answer."""
    return FoundTopics(items=_listed(proposed(words, language, limit), language))


@router.get("/{code}", operation_id="topics.read", summary="See a topic and its neighbours")
def topic(
    response: Response,
    code: Annotated[f.EntryId, Path(description="The code of the topic, such as topic.1480")],
    language: Annotated[f.Language, Query(description="Language of the labels of its neighbours")] = DEFAULT_LANGUAGE,
) -> Topic:
    """A topic with its labels in all languages, and broader, narrower and related topics."""
    if not is_topic(code):
        raise NotFound(f"There is no topic {code}.")
    response.headers["Cache-Control"] = _KEPT
    found = concept(code)
    return Topic(
        code=code,
        labels=dict(found.labels),
        other_labels={spoken: list(labels) for spoken, labels in found.other_labels.items()},
        broader=_named(found.broader, language),
        narrower=_named(found.narrower, language),
        related=_named(found.related, language),
    )


def _named(codes: Iterable[str], language: str) -> list[NamedTopic]:
    return [NamedTopic(code=each, label=label(each, language)) for each in codes]


def _listed(found: Iterable[Found], language: str | None) -> list[FoundTopic]:
    spoken = language or DEFAULT_LANGUAGE
    return [
        FoundTopic(
            code=each.code,
            label=label(each.code, spoken),
            broader=next((label(broader, spoken) for broader in concept(each.code).broader), None),
            matched=each.matched,
        )
        for each in found
    ]
