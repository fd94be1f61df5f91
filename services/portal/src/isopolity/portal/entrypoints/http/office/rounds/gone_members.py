"""Members that rules or pairs name, and that are no longer in the network: who they are, and when they left.

Invariant: matching says which ones they are; registry only names them, and while it is away they stand there by id.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.entrypoints.http.forms.page_form import if_known
from isopolity.portal.entrypoints.http.known_members import KnownMember, members_known


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneMember:
    """A name in rules or pairs that means no member of the network."""

    named: str
    """An id of a city or a partner, or PARTNER/PROGRAMME."""
    known: KnownMember | None

    @property
    def has_left(self) -> bool:
        """Whether registry knows that the member left; else its programme is gone, or it was erased, or never there."""
        return self.known is not None and self.known.status == "withdrawn"

    @property
    def programme(self) -> str:
        """The id of the programme; empty for a city and for a partner as a whole."""
        return self.named.partition("/")[2]


async def gone_members(apis: ServiceApis, named: Iterable[str]) -> Sequence[GoneMember]:
    """These names with what registry knows of the members."""
    names = list(dict.fromkeys(named))
    if not names:
        return ()
    known = await if_known(members_known(apis, (each.partition("/")[0] for each in names))) or {}
    return [GoneMember(named=each, known=known.get(each.partition("/")[0])) for each in names]
