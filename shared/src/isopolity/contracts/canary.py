"""The canary: an event that crosses every hop once a minute and mails nobody."""

from datetime import datetime

from isopolity.contracts.data import Data, Identifier


class CanarySounded(Data):
    """A sign of life; `sounded_at` is carried on unchanged, so that its age at notify is the path's latency."""

    canary_id: Identifier
    sounded_at: datetime
