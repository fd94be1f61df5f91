"""Acts of each service that have an entry in the audit."""

OF_DEAD_LETTERS = ("dead-letters.redrive", "dead-letters.settle")
"""Acts that every service has."""
ACTS = {
    "registry": {
        "cities.create",
        "cities.change",
        "cities.endorse",
        "cities.withdraw",
        "partners.create",
        "partners.change",
        "partners.endorse",
        "partners.withdraw",
        "endorsements.create",
        "requests.create",
        "requests.change",
        "requests.close",
        "twinnings.create",
        "twinnings.confirm",
        "twinnings.refuse",
        "twinnings.retract",
        "applications.endorse",
        "applications.refuse",
        "changes.approve",
        "changes.refuse",
        "contacts.create",
        "contacts.change",
        "contacts.delete",
        "imports.create",
        "revocations.create",
        *OF_DEAD_LETTERS,
    },
    "matching": {
        "rounds.create",
        "rounds.cancel",
        "proposals.approve",
        "proposals.discard",
        "drafts.discard",
        "drafts.edits",
        "drafts.improve",
        "drafts.publish",
        "drafts.undo",
        "partnerships.end",
        *OF_DEAD_LETTERS,
    },
    "notify": {"answer.create", "mails.resolve", "mails.void-link", *OF_DEAD_LETTERS},
}
"""Acts that have an entry: each is done in a test of its service (`test_audit.py`, or `test_operations.py`)."""
