"""The codes and names by which forms of rules describe members."""

from typing import Final

from isopolity.portal.domain.rules.groups import Vocabulary
from isopolity.portal.entrypoints.http.office.rounds.rule_sentences import vocabulary

WORDS: Final[Vocabulary] = vocabulary("en")
