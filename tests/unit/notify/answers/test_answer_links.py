"""Answer links name a proposal, a side, a mail and a trace of its address, and keys rotate."""

import hmac
from hashlib import sha256

import pytest
from itsdangerous import URLSafeSerializer

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.application.ports import AnswerLink
from isopolity.notify.domain.errors import LinkRefused
from tests.support.notify.events import unsent

OLD, NEW, OTHER = "o" * 32, "n" * 32, "x" * 32
ADDRESS = "aino@city.example"


def token(links: SignedAnswerLinks, side: str = "a", mail_id: str = "mail-1") -> str:
    return links.issue(unsent("proposal-1", side, mail_id), ADDRESS).rpartition("/")[2]


def earlier_token(key: str, side: str = "a") -> str:
    """A link as releases signed it that bound links to nothing."""
    serializer = URLSafeSerializer(key, salt=b"isopolity.notify.answer", signer_kwargs={"digest_method": sha256})
    made = serializer.dumps(["proposal-1", side])
    return made.decode() if isinstance(made, bytes) else made


def test_a_link_leads_to_the_answer_page_and_names_proposal_side_and_mail() -> None:
    links = SignedAnswerLinks([NEW], "https://network.example")
    made = links.issue(unsent("proposal-1", "b", "mail-1"), ADDRESS)
    assert made.startswith("https://network.example/notify/answer/")
    link = links.read(token(links, "b"))
    assert (link.proposal_id, link.side, link.mail_id) == ("proposal-1", "b", "mail-1")


def test_a_link_knows_the_address_that_it_went_to_and_does_not_show_it() -> None:
    links = SignedAnswerLinks([NEW], "")
    link = links.read(token(links))
    assert links.went_to(link, ADDRESS)
    assert links.went_to(link, "Aino@City.example")
    assert not links.went_to(link, "ville@city.example")
    another = links.read(token(links, mail_id="mail-2"))
    assert link.trace not in (None, another.trace, SignedAnswerLinks([OTHER], "").read(token_of(OTHER)).trace)


def token_of(key: str) -> str:
    return token(SignedAnswerLinks([key], ""))


def test_a_link_signed_with_an_older_key_is_still_read_and_new_ones_use_the_first() -> None:
    rotated = SignedAnswerLinks([NEW, OLD], "")
    link = rotated.read(token_of(OLD))
    assert link.mail_id == "mail-1"
    assert rotated.went_to(link, ADDRESS)
    assert not rotated.went_to(link, "ville@city.example")
    assert SignedAnswerLinks([NEW], "").read(token(rotated)).mail_id == "mail-1"


def test_a_link_of_an_earlier_release_is_read_with_the_keys_of_that_time() -> None:
    links = SignedAnswerLinks([NEW], "", earlier_keys=[OLD])
    link = links.read(earlier_token(OLD))
    assert link == AnswerLink(proposal_id="proposal-1", side="a")
    assert links.went_to(link, "anybody@city.example")


def test_the_keys_of_an_earlier_release_make_no_link_of_this_one() -> None:
    links = SignedAnswerLinks([NEW], "", earlier_keys=[OLD])
    for forged in (token_of(OLD), earlier_token(NEW), earlier_token(OTHER)):
        with pytest.raises(LinkRefused):
            links.read(forged)


def test_a_link_signed_with_a_retired_key_is_refused() -> None:
    with pytest.raises(LinkRefused):
        SignedAnswerLinks([NEW], "").read(token_of(OLD))


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


def traced_before(address: str) -> str:
    """The trace of a link as releases made it that folded addresses."""
    content = b"isopolity.notify.answer-link" + f"mail-1 {address.casefold()}".encode()
    return hmac.new(NEW.encode(), content, sha256).hexdigest()[:16]


@pytest.mark.parametrize("address", [ADDRESS, "Aino.Salo+lc@City.Example"])
def test_the_trace_of_an_address_in_ascii_is_that_of_earlier_releases(address: str) -> None:
    links = SignedAnswerLinks([NEW], "")
    made = links.read(links.issue(unsent("proposal-1", "a", "mail-1"), address).rpartition("/")[2])
    assert made.trace == traced_before(address)


def test_a_link_of_an_earlier_release_went_to_a_domain_in_any_script() -> None:
    link = AnswerLink(proposal_id="p", side="a", mail_id="mail-1", trace=traced_before("aino@M\u00fcnchen.example"))
    assert SignedAnswerLinks([NEW], "").went_to(link, "aino@m\u00fcnchen.example")


@pytest.mark.parametrize(
    ("address", "lookalike"),
    [
        ("aino@stra\u00dfe.example", "aino@strasse.example"),
        ("aino@\u03c0\u03cc\u03bb\u03b5\u03c9\u03c2.example", "aino@\u03c0\u03cc\u03bb\u03b5\u03c9\u03c3.example"),
    ],
)
def test_a_link_that_went_to_a_lookalike_is_another_ones(address: str, lookalike: str) -> None:
    links = SignedAnswerLinks([NEW], "")
    for mailed, other in ((address, lookalike), (lookalike, address)):
        link = links.read(links.issue(unsent("proposal-1", "a", "mail-1"), mailed).rpartition("/")[2])
        assert links.went_to(link, mailed)
        assert not links.went_to(link, other)
    earlier = AnswerLink(proposal_id="p", side="a", mail_id="mail-1", trace=traced_before(lookalike))
    assert not links.went_to(earlier, address)
