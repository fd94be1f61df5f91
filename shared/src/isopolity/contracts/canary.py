"""The canary: an event that crosses every hop once a minute and mails nobody."""

from datetime import datetime

from isopolity.contracts.data import Data, Identifier


class CanarySounded(Data):
    """`sounded_at` is when registry wrote it, carried on unchanged by matching: its age at notify is the path's latency."""

    canary_id: Identifier
    sounded_at: datetime
