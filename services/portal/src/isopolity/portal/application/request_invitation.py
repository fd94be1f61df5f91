"""What the address of a new request fills in: subjects, topics, a currency and a programme, as invitations do.

Invariant: what is no known code is left out; nothing that an address names is saved before the visitor saves the form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from isopolity.client.registry.models import Programme
from isopolity.contracts.codes import SUBJECTS
from isopolity.portal.domain.typed_values import is_currency
from isopolity.thesaurus.concepts import MOST_TOPICS, is_topic

_MOST: Final = 50
"""The most codes of a kind that are read from an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The subjects, topics, currency and programme that an address names."""

    subjects: Sequence[str] = ()
    topics: Sequence[str] = ()
    currency: str = ""
    partner_id: str = ""
    programme_id: str = ""
    """The programme that the request is meant for, and its partner; both empty where none is named."""

    @classmethod
    def of(cls, named: Mapping[str, Sequence[str]]) -> Self:
        """From the parameters `subject`, `topics`, `currency` and `programme`, which is `<partner>/<programme>`.

        Several codes are given with commas between them, or as parameters of one name.
        """
        partner_id, _, programme_id = next(iter(named.get("programme", ())), "").partition("/")
        currency = next(iter(named.get("currency", ())), "").upper()
        return cls(
            subjects=[code for code in _codes(named, "subject", "subjects") if code in SUBJECTS],
            topics=[code for code in _codes(named, "topics", "topic") if is_topic(code)][:MOST_TOPICS],
            currency=currency if is_currency(currency) else "",
            partner_id=partner_id if programme_id else "",
            programme_id=programme_id,
        )

    @property
    def programme(self) -> str:
        """The programme as an address names it; empty where none is named."""
        return f"{self.partner_id}/{self.programme_id}" if self.programme_id else ""

    def filled(self, programme: Programme | None) -> dict[str, str]:
        """The fields of the form that it fills in; the currency, unless it is named, is the programme's."""
        currency = self.currency or ("" if programme is None else programme.currency)
        return {
            **{f"subjects-{code}": "1" for code in self.subjects},
            **{f"topics-{code}": "1" for code in self.topics},
            **({"currency": currency} if currency else {}),
        }


def _codes(named: Mapping[str, Sequence[str]], *names: str) -> list[str]:
    texts = [text for name in names for text in named.get(name, ())]
    codes = [code.strip() for text in texts for code in text.split(",")]
    return list(dict.fromkeys(code for code in codes if code))[:_MOST]
