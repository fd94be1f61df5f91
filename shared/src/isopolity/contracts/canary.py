"""The canary: an event that crosses every hop once a minute and mails nobody."""

from isopolity.contracts.data import Data, Identifier, Moment


class CanarySounded(Data):
    """A sign of life; `sounded_at` is carried on unchanged, so that its age at notify is the path's latency."""

    canary_id: Identifier
    sounded_at: Moment
