"""Applications to join are received, confirmed, endorsed and refused.

Invariant: before its endorsement an application affects no member, contact or event of theirs. The work is the same
whether or not such a member exists, so neither the answer nor its time reveals that.
"""

from dataclasses import dataclass
from typing import Any

from isopolity.registry.application.access.rules import digest_of_secret, new_secret
from isopolity.registry.application.commands import Apply, RegisterMember
from isopolity.registry.application.contacts import add_person, change_person, same_address
from isopolity.registry.application.events import publish_confirmation
from isopolity.registry.application.joining.letters import write_letter
from isopolity.registry.application.members import members_of, region_of, register_member
from isopolity.registry.application.ports import RegistryRepositories, RegistryUnitOfWork, Surroundings
from isopolity.registry.application.replacement.together import mail_entered
from isopolity.registry.application.revised_profiles import with_internal_fields
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.contact_rights import Doer
from isopolity.registry.domain.errors import AlreadyRegistered, Gone, NotFound, NotPossible
from isopolity.registry.domain.joining.application import ASKED, UNCONFIRMED, Application
from isopolity.registry.domain.joining.letter import REFUSAL, WELCOME
from isopolity.registry.domain.member import Member


@dataclass(frozen=True, slots=True)
class Endorsement:
    """The result of an endorsement: the application, its member, and whether a withdrawn member came back."""

    application: Application
    member: Member[Any]
    reinstated: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """The result of a refusal: the application, and whether the applicant gets a mail."""

    application: Application
    is_mailed: bool


async def apply(command: Apply[Any], uow: RegistryUnitOfWork, surroundings: Surroundings) -> Application:
    """Store an application and order the mail that asks to confirm its address. Raises InvalidProfile, LimitReached."""
    region = require_eligible(command.profile, surroundings)
    now = surroundings.clock()
    email = command.person.email
    mailable = await surroundings.limits.admit(uow.counters, client=command.client, email=email, now=now)
    application = Application(
        application_id=surroundings.ids(),
        version=1,
        status=UNCONFIRMED,
        region=region,
        profile=command.profile,
        person=command.person,
        received_at=now,
        mailable=mailable,
    )
    uow.applications.add(application)
    publish_confirmation(uow.outbox, application)
    return application


async def issue_secret(
    application_id: str, uow: RegistryRepositories, surroundings: Surroundings
) -> tuple[Application, str]:
    """Make the secret of the link that is mailed now, which ends earlier ones. Raises NotFound, Gone."""
    stored = await stored_application(application_id, uow)
    secret = new_secret()
    issued = stored.issued(digest_of_secret(secret), surroundings.clock())
    uow.applications.save(issued)
    return issued, secret


async def confirm_address(secret: str, uow: RegistryRepositories, surroundings: Surroundings) -> None:
    """Confirm the address that `secret` was mailed to. Raises Gone."""
    stored = await uow.applications.by_secret(digest_of_secret(secret))
    if stored is None:
        raise Gone("This link has been used, replaced or is too old; apply once more to get another.")
    uow.applications.save(stored.confirmed(surroundings.clock()))


async def endorse_application(
    application_id: str, uow: RegistryRepositories, surroundings: Surroundings, *, reinstate: bool = False
) -> Endorsement:
    """Endorse an application: add its member; with `reinstate`, also one that has withdrawn.

    Raises NotFound, NotPossible, AlreadyRegistered.

    The applicant gets a mail. Earlier contacts of the member are kept; an applicant with the address of one of them is
    that contact, whatever the name. The applicant's address is confirmed; those of the further people are not.
    """
    stored = await stored_application(application_id, uow)
    stored.require_open()
    if stored.status == UNCONFIRMED or stored.person is None:
        raise NotPossible(
            "The applicant's address is not confirmed yet; wait for it, or enter the member yourself with POST."
        )
    kind, key = stored.profile.member_kind, stored.profile.key
    old = (await members_of(uow, kind).by_keys([key])).get(key)
    _require_free(old, reinstate=reinstate)
    member = await register_member(RegisterMember(profile=stored.profile, endorse=True), uow, surroundings)
    now, before = surroundings.clock(), await uow.contacts.of_members([member.member_id])
    known, entered = list(before), list[Person]()
    for person in (stored.person, *stored.others):
        proved = now if person is stored.person else None
        old_one = next((one for one in known if same_address(one.person, person)), None)
        if old_one is None:
            member_id, count = member.member_id, len(known)
            added = add_person(kind, member_id, person, uow, surroundings, known=count, confirmed_at=proved)
            known.append(added)
            entered.append(person)
        elif proved:
            await change_person(old_one, old_one.person, uow, surroundings, confirmed_at=proved)
    await mail_entered(before, entered, Doer(is_staff=True), uow, surroundings)
    endorsed = stored.endorsed(member.member_id, now)
    uow.applications.save(endorsed)
    await _end_question(stored, uow)
    await write_letter(WELCOME, endorsed, stored.person, uow, surroundings)
    return Endorsement(endorsed, member, reinstated=old is not None)


async def refuse_application(
    application_id: str,
    reason: str,
    words: str | None,
    uow: RegistryRepositories,
    surroundings: Surroundings,
    *,
    is_mailed: bool,
) -> Refusal:
    """Refuse an application for one of `REFUSALS` and delete its personal data. Raises NotFound, NotPossible.

    The applicant gets a mail with the reason, unless `is_mailed` is False or the address is not confirmed: it may
    belong to somebody else. `words` are staff's own words to the applicant.
    """
    stored = await stored_application(application_id, uow)
    refused = stored.refused(reason, surroundings.clock())
    uow.applications.save(refused)
    await _end_question(stored, uow)
    person = stored.person if stored.status != UNCONFIRMED and is_mailed else None
    if person is not None:
        await write_letter(REFUSAL, refused, person, uow, surroundings, reason=reason, words=words)
    return Refusal(refused, is_mailed=person is not None)


def _require_free(old: Member[Any] | None, *, reinstate: bool) -> None:
    if old is None:
        return
    if old.status != "withdrawn":
        raise AlreadyRegistered(
            f"{old.profile.name} ({old.member_id}) is registered under this identity; refuse the application as a "
            "duplicate, or change that entry."
        )
    if not reinstate:
        raise NotPossible(
            f"{old.profile.name} ({old.member_id}) withdrew under this identity; endorse with reinstate=true to bring "
            "that member back with the profile of the application, its former contacts included."
        )


async def _end_question(stored: Application, uow: RegistryRepositories) -> None:
    """Delete the draft for the applicant's answer, since staff has decided without it."""
    draft = await uow.drafts.of_application(stored.application_id) if stored.status == ASKED else None
    if draft is not None:
        await uow.drafts.delete(draft.draft_id)


async def stored_application(application_id: str, uow: RegistryRepositories) -> Application:
    """The application with this id, locked. Raises NotFound."""
    found = await uow.applications.get(application_id)
    if found is None:
        raise NotFound("There is no application with this id; one that is not confirmed is deleted after a week.")
    return found


def require_eligible(profile: Any, surroundings: Surroundings) -> str:
    """The applicant's region. Raises InvalidProfile for an unknown country, and for ids that only members have."""
    region = region_of(profile, surroundings)
    with_internal_fields(profile, None, surroundings.ids)
    return region
