"""Where nothing may be skipped (ISOPOLITY_TEST_NO_SKIPS, set in CI), a skipped test is a failed one.

How fast a shared machine is does not decide whether a property test passes.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.support.servers.provision import kafka, postgres, postgres_server  # noqa: F401 - fixtures for all tests

settings.register_profile("isopolity", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("isopolity")


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
