"""A certificate to keep, hand on and verify.

Its invariant: it names nobody, and what it claims is what `verify` proves.
"""

from isopolity.matching.assignment import certificate_document
from isopolity.matching.assignment.certificate import Certificate as Claims
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.verification import Verdict
from isopolity.matching.errors import InvalidCertificate


class Certificate:
    """A choice in whole numbers, with the dual values that prove its bound; made by `assign`, or read from JSON."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    @classmethod
    def from_json(cls, document: str | bytes) -> "Certificate":
        """The certificate in a document. Raises InvalidCertificate; what it claims is not verified yet."""
        if not isinstance(document, str | bytes):
            raise InvalidCertificate("A certificate is read from text or bytes; give the content of the file.")
        return cls(certificate_document.read(document))

    def to_json(self) -> str:
        """The document, one line; `isopolity round verify` reads it too."""
        return certificate_document.written(self._claims)

    def verify(self) -> Verdict:
        """What it proves, added up anew without any solver; it counts in whole weights, as the document does."""
        return check(self._claims)

    @property
    def fingerprint(self) -> str:
        """The hash of the document without its time: it may be published, and holds its maker to it."""
        return certificate_document.fingerprint(self._claims)

    def __repr__(self) -> str:
        return f"<Certificate {self.fingerprint[:15]} of {len(self._claims.solution.chosen)} pairs>"
