"""Letters to write, from Turku to Medellín or back."""

from collections.abc import Callable

from isopolity.notify.adapters.itsdangerous_links import SignedAnswerLinks
from isopolity.notify.application.ports import Correspondence

LINKS = SignedAnswerLinks(["k" * 32], "https://network.example/")


MakeCorrespondence = Callable[..., Correspondence]
