"""Own words of needs and offers in a mail: marked with their language, never read as more than text."""

from isopolity.contracts.matching import InterestSummary, Side
from isopolity.notify.adapters.jinja_letters import JinjaLetterWriter
from isopolity.notify.application.matching_events import to_proposal
from tests.support.notify.events import proposal_state, side
from tests.support.notify.letters import MakeCorrespondence, Shown, parts


def sides(title: str, text: str) -> tuple[Side, Side]:
    """Turku, which explains a need, and Medellín, which explains an offer in these words."""
    offer = InterestSummary(
        subject="cluster.literacy", mode="webinar", title=title, text=text, language="ar", topics=("topic.1480",)
    )
    own = InterestSummary(subject="sdg.4", mode="webinar", title="Own title", text="Own text.")
    return side("a").model_copy(update={"needs": (own,)}), side("b").model_copy(update={"offers": (offer,)})


def test_the_other_side_explains_its_needs_and_offers_in_its_own_words(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    proposal = to_proposal(proposal_state(sides=sides("محو أمية الكبار", "دروس مسائية")))
    plain, html = parts(writer.write(correspondence(proposal=proposal)))
    for text in (plain, Shown(html).text):
        assert "Medellín in its own words" in text
        assert "محو أمية الكبار" in text
        assert "دروس مسائية" in text
        assert "Own text." not in text
    assert '<bdi dir="auto" lang="ar">' in html
    assert "Topics: Adult literacy" in Shown(html).text


def test_own_words_cannot_be_made_to_be_more_than_text(
    writer: JinjaLetterWriter, correspondence: MakeCorrespondence
) -> None:
    title, text = "<script>alert(1)</script>", 'a" onload="b\r\nBcc: x@y.example'
    letter = writer.write(correspondence(proposal=to_proposal(proposal_state(sides=sides(title, text)))))
    plain, html = parts(letter)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert b"\r\nBcc:" not in letter.content
    assert title in plain
