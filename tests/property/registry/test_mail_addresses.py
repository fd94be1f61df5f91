"""Two addresses have one key exactly where mail to them goes to one mail box."""

from email.utils import parseaddr

from hypothesis import given
from hypothesis import strategies as st

from isopolity.identity.addresses import MailAddress, UnusableAddress, address_key
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.contact import Person
from tests.support.examples import examples

# ruff: noqa: RUF001 - letters that look alike are meant
LOCALS = st.text("aAnNiIsS.+-ßﬁ", min_size=1, max_size=6)
LABELS = st.text("aAßsSẞςσΣﬁfiIıİｉ̇ｓKkäa\u0308ǅ٣3-\u00ad\u200dᏸᏰ", min_size=1, max_size=8)
XN_LABELS = st.sampled_from(["xn--strae-oqa", "XN--Strae-OQA", "xn--zca", "xn--ss", "xn--a", "xn--zzzzz", "xn--"])
ENDINGS = st.sampled_from([".example", "。example", ".EXAMPLE", ".example.", "．ｅｘａｍｐｌｅ"])
TEXTS = st.builds("{}@{}{}".format, LOCALS, LABELS | XN_LABELS, ENDINGS) | st.text(max_size=12)
MAILED = st.builds(
    "{}@{}{}".format,
    st.lists(st.text("aAnNiIsS+-", min_size=1, max_size=3), min_size=1, max_size=2).map(".".join),
    st.text("aAßsSẞςσΣﬁfiIıİｉKkäǅ", min_size=1, max_size=8)
    | st.sampled_from(["xn--strae-oqa", "XN--Strae-OQA", "xn--zca"]),
    st.sampled_from([".example", "。example", ".EXAMPLE", "．ｅｘａｍｐｌｅ"]),
)


def mail_box(text: str) -> tuple[str, str] | None:
    """Where SMTP delivers a mail to this address, read from the line that it sends; None where it sends nothing."""
    try:
        carried = MailAddress.of(text).carried
    except UnusableAddress:
        return None
    assert carried.isascii()
    assert parseaddr(f"<{carried}>")[1] == carried
    local, _, domain = carried.rpartition("@")
    return local.lower(), domain


@given(TEXTS, TEXTS)
@examples(2000)
def test_two_addresses_have_one_key_exactly_where_their_mail_goes_to_one_mail_box(one: str, other: str) -> None:
    boxes = mail_box(one), mail_box(other)
    is_same = boxes[0] == boxes[1] if None not in boxes else one == other
    assert (address_key(one) == address_key(other)) == is_same
    people = [Person(role="deputy", name="A", email=text) for text in (one, other)]
    assert (people[0].address == people[1].address) == is_same


@given(MAILED)
@examples(500)
def test_what_is_mailed_is_the_address_itself(text: str) -> None:
    address = MailAddress.of(text)
    assert MailAddress.of(address.carried) == address == MailAddress.of(address.key)
    assert address_key(address.key) == address.key == address.key.lower()


@given(TEXTS)
def test_the_office_and_members_compare_addresses_alike(text: str) -> None:
    member = Person(role="deputy", name="A", email=text)
    office = OfficePerson(person_id="1", name="A", email=text, language="en", scopes=())
    assert member.address == office.address == address_key(text)
