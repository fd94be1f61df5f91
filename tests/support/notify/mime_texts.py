"""Texts and names that are hard for a mail, and a mail with them."""

import re
from datetime import UTC, datetime

from hypothesis import strategies as st

from isopolity.notify.adapters.jinja_letters import Message, to_bytes

encoded_words = st.sampled_from(
    [
        "=?x-unknown?q?abc?=",
        "=?utf-8?q?a=0D=0ABcc:_x@y?=",
        "=?utf-8?b?!?=",
        "=?",
        "?=",
        "=?=?",
        " ",
        '"',
        "\\",
        "<a@b>",
        "é",
    ]
)


characters = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


names = st.one_of(
    characters,
    st.lists(st.one_of(encoded_words, st.text(max_size=5, alphabet='ab ,;:@()<>.\\"é漢😀\u200d')), max_size=12).map(
        "".join
    ),
    st.text(alphabet="x漢é", min_size=60, max_size=300),
)


def written(subject: str = "", name: str = "", text: str = "", html: str = "") -> bytes:
    return to_bytes(
        Message(
            identifier="id@isopolity.example",
            sender=("Isopolity", "network@isopolity.example"),
            recipient=(name, "a@city.example"),
            subject=subject,
            date=datetime(2026, 11, 25, tzinfo=UTC),
            text=text,
            html=html,
        )
    )


def one_line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
