"""Where nothing may be skipped (ISOPOLITY_TEST_NO_SKIPS, set in CI), a skipped test is a failed one.

How fast a shared machine is does not decide whether a property test passes. A property that does not say how many
examples it needs is tried on 40, or on a share of them (`tests.support.examples`). Which examples is no matter of
chance: a commit that passes once passes again; who asks for more than all of them gets others at each run.
"""

import gc
import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.support.examples import PERCENT, share
from tests.support.hosting.small_demo import small_demo, small_run  # noqa: F401
from tests.support.servers.provision import (  # noqa: F401 - fixtures for all tests
    kafka,
    postgres,
    postgres_server,
    unmade_postgres,
)
from tests.support.shared.compiled_statements import share_compiled_statements

settings.register_profile(
    "isopolity",
    max_examples=share(40),
    deadline=None,
    derandomize=PERCENT <= 100,
    # how many examples fit is chance; a property that none fits fails as unsatisfiable
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("isopolity")

# each client of httpx reads all certificates of the world, for twenty milliseconds: one is enough for tests, which ask
# this machine alone
os.environ.setdefault("SSL_CERT_FILE", str(Path(__file__).parent / "support/servers/authority.pem"))

share_compiled_statements()

# structlog's own traceback shows the variables of each frame, which takes a second where a frame holds a service
_plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], _plain])

# in the background of a script interrupts are ignored, by the programs that tests start and interrupt, too
signal.signal(signal.SIGINT, signal.default_int_handler)

gc.disable()  # until all tests are collected: what is imported is no garbage


LONG = [Path(__file__).parent / folder for folder in ("property", "e2e/portal")]
"""Folders whose tests are all long: properties, and pages in a browser."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A folder of long tests is not even imported where none of them is asked for."""
    return True if collection_path in LONG and "not long" in config.getoption("markexpr") else None


def pytest_itemcollected(item: pytest.Item) -> None:
    if any(folder in item.path.parents for folder in LONG):
        item.add_marker(pytest.mark.long)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a test makes little garbage: looking for it often took a tenth of the time
    gc.enable()


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("ISOPOLITY_TEST_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped although ISOPOLITY_TEST_NO_SKIPS is set: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
