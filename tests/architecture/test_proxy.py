"""The proxy's limits are the application's: what one admits the other does not refuse."""

import re
from pathlib import Path

import pytest

from isopolity.registry.entrypoints.http.routers import imports
from isopolity.web.application import BODY_LIMIT
from isopolity.web.protection import HTTPS_ONLY
from isopolity.web.rate_limits import READS, WRITES
from isopolity.web.request_limits import HEADER_BYTES, SILENCE_SECONDS
from isopolity.web.server import BoundedProtocol

CONF = (Path(__file__).parents[2] / "deploy" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
IMPORTS = CONF.partition(f"location = {imports.PATH} {{")[2].partition("}")[0]


def test_bodies_have_the_same_limits() -> None:
    assert re.findall(r"client_max_body_size (\d+);", CONF) == [str(BODY_LIMIT), str(imports.BODY_LIMIT)]
    assert f"client_max_body_size {imports.BODY_LIMIT};" in IMPORTS
    assert f"client_body_timeout {SILENCE_SECONDS:.0f}s;" in IMPORTS


def test_a_large_import_is_handed_on_as_it_comes() -> None:
    assert "proxy_request_buffering off;" in IMPORTS


def test_heads_have_the_same_limits() -> None:
    assert f"client_header_timeout {BoundedProtocol.head_seconds:.0f}s;" in CONF
    assert f"large_client_header_buffers 4 {HEADER_BYTES // 1_000}k;" in CONF


def test_rates_are_the_same() -> None:
    assert f"zone=reads:10m rate={READS.per_second:.0f}r/s;" in CONF
    assert f"limit_req zone=reads burst={READS.burst:.0f} nodelay;" in CONF
    assert f"zone=writes:10m rate={WRITES.per_second * 60:.0f}r/m;" in CONF
    assert f"limit_req zone=writes burst={WRITES.burst:.0f} nodelay;" in CONF


def test_nothing_that_a_client_says_of_its_address_is_handed_on() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in CONF
    assert "proxy_add_x_forwarded_for" not in CONF


def test_browsers_are_told_the_same_of_https() -> None:
    (value,) = HTTPS_ONLY.values()
    assert set(re.findall(r'"(max-age=\d+)"', CONF)) == {value}


@pytest.mark.parametrize("path", ["/notify/answer/", "/notify/confirm/", "/sign-in/"])
def test_links_of_mails_stay_out_of_the_logs(path: str) -> None:
    location = CONF.partition(f"location {path} {{")[2].partition("}")[0]
    assert "access_log off; error_log /dev/null crit;" in location
