"""National Commissions: their addresses, their consultation about applying cities, and their opinions.

Invariant: an opinion only informs staff; the commission's link ends when staff has decided.
"""

from dataclasses import dataclass, replace

from isopolity.identity.addresses import address_key
from isopolity.registry.application.access.rules import digest_of_secret
from isopolity.registry.application.joining.applications import stored_application
from isopolity.registry.application.joining.letters import write_letter
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.errors import Gone, NotFound, NotPossible
from isopolity.registry.domain.joining.application import OPEN, UNCONFIRMED, Application
from isopolity.registry.domain.joining.commission import Commission, Consultation
from isopolity.registry.domain.joining.letter import CONSULTATION

_ENDED = "This link has been replaced, or is too old, or the application is decided; there is nothing more to say."


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """A consultation with the application that it is about."""

    application: Application
    consultation: Consultation


async def put_commission(commission: Commission, uow: RegistryRepositories) -> Commission:
    """Store the commission of a country; if its address is unchanged, `changed_at` is kept."""
    known = await uow.commissions.get(commission.country)
    if known is not None and address_key(known.email) == address_key(commission.email):
        commission = replace(commission, changed_at=known.changed_at)
    if commission == known:
        return known
    await uow.commissions.put(commission)
    uow.audit.note("commission", commission.country, details={"change": "added" if known is None else "changed"})
    return commission


async def remove_commission(country: str, uow: RegistryRepositories) -> None:
    """Delete the commission of a country. Raises NotFound."""
    if not await uow.commissions.remove(country):
        raise NotFound("There is no National Commission of this country on the list.")
    uow.audit.note("commission", country, details={"change": "removed"})


async def consult(application_id: str, uow: RegistryRepositories, surroundings: Surroundings) -> Consulted:
    """Ask the commission of the city's country for its opinion. Raises NotFound, NotPossible."""
    stored = await stored_application(application_id, uow)
    stored.require_open()
    if stored.profile.member_kind != "city":
        raise NotPossible("National Commissions are asked about cities, districts and counties, not about partners.")
    if stored.status == UNCONFIRMED:
        raise NotPossible("The applicant's address is not confirmed yet; ask once it is.")
    commission = await uow.commissions.get(stored.profile.country)
    if commission is None:
        raise NotPossible("No National Commission of this country is on the list; add its address first.")
    now = surroundings.clock()
    known = await uow.consultations.of_application(application_id)
    if known is not None:
        known.require_over(commission, now)
    letter = await write_letter(CONSULTATION, stored, commission, uow, surroundings)
    consultation = Consultation(
        application_id=application_id,
        country=commission.country,
        commission_name=commission.name,
        asked_at=now,
        letter_id=letter.letter_id,
    )
    await uow.consultations.put(consultation)
    return Consulted(application=stored, consultation=consultation)


async def look(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> Consulted:
    """The consultation behind a link; nothing changes. Raises Gone."""
    digest = digest_of_secret(secret)
    if (named := await uow.consultations.by_secret(digest)) is None:
        raise Gone(_ENDED)
    application = await uow.applications.get(named.application_id)
    found = await uow.consultations.of_application(named.application_id)
    if found is None or found.secret_digest != digest or found.valid_until <= surroundings.clock():
        raise Gone(_ENDED)
    if application is None or application.status not in OPEN:
        raise Gone(_ENDED)
    return Consulted(application=application, consultation=found)


async def say(
    known: Consulted, verdict: str, words: str | None, uow: RegistryRepositories, surroundings: Surroundings
) -> Consulted:
    """Store the commission's opinion, in place of an earlier one."""
    said = known.consultation.said(verdict, words, surroundings.clock())
    await uow.consultations.put(said)
    before, after = {"commission": known.consultation.verdict}, {"commission": verdict}
    uow.audit.note("application", said.application_id, before=before, after=after)
    return Consulted(application=known.application, consultation=said)
