"""`python -m isopolity.matching serve|migrate`."""

import sys

from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.runtime.process import main

if __name__ == "__main__":
    sys.exit(main("isopolity.matching", MatchingSettings, open_matching))
