"""`python -m isopolity.registry serve` and `… migrate`."""

import sys

from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.runtime.process import main

if __name__ == "__main__":
    sys.exit(main("isopolity.registry", RegistrySettings, open_registry))
