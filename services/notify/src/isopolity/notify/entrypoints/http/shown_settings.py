"""The settings of notify that staff may see."""

from collections.abc import Mapping
from typing import Final

from isopolity.web.operations.settings import Shown

SHOWN: Final[Mapping[str, Shown]] = {
    "mail_from": Shown("mail"),
    "rehearsal": Shown("mail", lambda settings: settings.rehearsal is not None),
    "mail_attempts": Shown("mail"),
    "mail_days": Shown("retention"),
    "answer_words_days": Shown("retention"),
}
