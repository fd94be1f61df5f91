"""Scans that a slow machine does not stop."""

from isopolity.messaging.scanning.scan import ScanLimits
from isopolity.runtime.scan_process import ProcessBounds
from isopolity.runtime.scanner import ChildScanner
from isopolity.runtime.service import Service


def give_scans_time(service: Service) -> None:
    """Let a scan of this service last 90 seconds: its eight are too few for a machine that stands still."""
    scanner = service.vitals.scanner
    assert isinstance(scanner, ChildScanner)
    scanner.limits = ScanLimits(seconds=90.0)
    scanner.bounds = ProcessBounds(seconds=100.0, cpu_seconds=100)
