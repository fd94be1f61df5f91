"""What the rights of staff and operators are called, and what each is for."""

from typing import Final

RIGHTS: Final = {
    "staff": "do all that staff does",
    "staff:read": "read",
    "staff:endorse": "endorse",
    "staff:publish": "publish",
    "staff:manage": "manage",
    "operator": "do all that operators do",
    "operator:read": "watch the machines",
    "operator:redrive": "send events again",
    "operator:unmask": "see what is masked",
    "operator:pause": "pause and reset",
    "operator:manage": "keep the list of operators",
}
"""After “the right to”."""
ABOUT: Final = {
    "staff": "the four below, and what is added later",
    "staff:read": "see what the office sees, and change nothing; any right below shows it, too",
    "staff:endorse": "who is in the network, and what stands of it: applications, changes, imports, members, contacts",
    "staff:publish": "what goes out: rounds and drafts, proposals, reminders and other mails",
    "staff:manage": "settings, who is staff, revoked tokens; erase a contact",
    "operator": "the four below, the whole list of people, and what is added later",
    "operator:read": "streams, events and dead letters, without what is masked; any right below shows them, too",
    "operator:redrive": "dead letters, and mails that may not have gone",
    "operator:unmask": "events and dead letters as they came",
    "operator:pause": "groups of consumers",
}
"""What each is for, as the page of the office says it."""
