"""Ports of the workflows: what is known of the money of programmes and requests."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from isopolity.matching.domain.money.budgets import Commitment
from isopolity.matching.domain.money.grants import SetAmount, SetAmounts


class MoneyRepository(Protocol):
    """What is promised or open of budgets, and the amounts that staff has set."""

    async def commitments(self, now: datetime, partner_ids: Collection[str] | None = None) -> Sequence[Commitment]:
        """What is promised or open of the budgets of all programmes, or of those of some partners."""

    async def amounts(self) -> SetAmounts:
        """All amounts that staff has set, also those that hold no more."""

    async def put(self, amount: SetAmount) -> None:
        """Keep the amounts of a request in a currency, in place of earlier ones."""

    async def remove(self, request_id: str, currency: str | None = None) -> int:
        """Delete the amounts of a request, in a currency or in all; returns how many."""
