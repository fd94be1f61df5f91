"""Outcomes of mails, before the ledger knows them."""

from isopolity.notify.domain.errors import DeliveryProblem

Outcomes = dict[str, DeliveryProblem | None]
"""By mail id; None is success."""
