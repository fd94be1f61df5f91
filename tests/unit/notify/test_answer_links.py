"""Answer links name one proposal and one side, and keys rotate."""

import pytest
from itsdangerous import URLSafeSerializer

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.domain.errors import LinkRefused

OLD, NEW, OTHER = "o" * 32, "n" * 32, "x" * 32


def token(links: SignedAnswerLinks, side: str = "a") -> str:
    return links.issue("proposal-1", side).rpartition("/")[2]


def test_a_link_leads_to_the_answer_page_and_names_proposal_and_side() -> None:
    links = SignedAnswerLinks([NEW], "https://network.example")
    assert links.issue("proposal-1", "b").startswith("https://network.example/notify/answer/")
    assert links.read(token(links, "b")) == ("proposal-1", "b")


def test_a_link_signed_with_an_older_key_is_still_read_and_new_ones_use_the_first() -> None:
    old = token(SignedAnswerLinks([OLD], ""))
    rotated = SignedAnswerLinks([NEW, OLD], "")
    assert rotated.read(old) == ("proposal-1", "a")
    assert SignedAnswerLinks([NEW], "").read(token(rotated)) == ("proposal-1", "a")


def test_a_link_signed_with_a_retired_key_is_refused() -> None:
    with pytest.raises(LinkRefused):
        SignedAnswerLinks([NEW], "").read(token(SignedAnswerLinks([OLD], "")))


@pytest.mark.parametrize("forged", ["", "a.b", "WyJwIiwiYSJd.AAAA", "ü", "x" * 5000])
def test_a_forged_link_is_refused(forged: str) -> None:
    with pytest.raises(LinkRefused):
        SignedAnswerLinks([NEW], "").read(forged)


def test_a_link_whose_side_was_exchanged_is_refused() -> None:
    links = SignedAnswerLinks([NEW], "")
    a, b = token(links, "a"), token(links, "b")
    with pytest.raises(LinkRefused):
        links.read(f"{b.partition('.')[0]}.{a.rpartition('.')[2]}")


def test_something_else_signed_with_the_same_key_is_no_link() -> None:
    with pytest.raises(LinkRefused):
        SignedAnswerLinks([OTHER], "").read(str(URLSafeSerializer(OTHER).dumps(["proposal-1", "a"])))
