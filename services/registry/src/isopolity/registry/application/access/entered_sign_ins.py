"""Sign-ins and enrolments in the audit: who came in, by what, and who brought a second factor.

Invariant: an entry holds ids and a word for the way alone; no name, no address of a mail box or a network, no secret.
A try that does not let in has no entry: it is nobody's act.
"""

from isopolity.act import amend_act
from isopolity.registry.application.access.sessions import Begun
from isopolity.registry.application.ports import RegistryRepositories
from isopolity.registry.domain.access.account import Account
from isopolity.rights import holds


def enter_sign_in(begun: Begun, way: str, uow: RegistryRepositories) -> None:
    """Enter that a session began `way`, such as `link`; the actor is its account, or its holder's at the office."""
    session = begun.session
    at_office = (one for one in begun.accounts if one.kind == "staff")
    own = (one for one in begun.accounts if one.account_id == session.account_id)
    _act_for(begun.account or next(at_office, None) or next(own))
    uow.audit.note("session", session.session_id, details={"way": way})


def enter_factor(account: Account, way: str, uow: RegistryRepositories, *, is_enrolled: bool = False) -> None:
    """Enter that somebody of the office showed a second factor, or brought it by this."""
    _act_for(account)
    uow.audit.note("person", account.account_id, details={"way": way} | ({"enrolled": True} if is_enrolled else {}))


def _act_for(account: Account) -> None:
    """Let the act be that of the account; where it came from in the network is not kept."""
    kind = account.kind if account.kind == "member" or holds(account.scopes, "staff:read") else "operator"
    amend_act(actor_kind=kind, actor=account.account_id, member_id=account.member_id, address=None)
