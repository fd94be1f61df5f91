"""`python -m isopolity.notify serve|migrate`."""

import sys

from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.runtime.process import main

if __name__ == "__main__":
    sys.exit(main("isopolity.notify", NotifySettings, open_notify))
