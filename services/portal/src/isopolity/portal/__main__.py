"""`python -m isopolity.portal serve|migrate`."""

import sys

from isopolity.portal.bootstrap import open_portal
from isopolity.portal.settings import PortalSettings
from isopolity.runtime.process import main

if __name__ == "__main__":
    sys.exit(main("isopolity.portal", PortalSettings, open_portal))
