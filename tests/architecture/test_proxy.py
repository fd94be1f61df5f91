"""The proxy's limits are the application's: what one admits the other does not refuse."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from deploy.proxy.start import configuration
from isopolity.configuration.settings import Settings
from isopolity.portal.entrypoints.http.app import BODY_LIMITS as PORTAL
from isopolity.portal.entrypoints.http.app import PAGES
from isopolity.registry.entrypoints.http.app import BODY_LIMITS as REGISTRY
from isopolity.registry.entrypoints.http.routers import imports
from isopolity.web.application import BODY_LIMIT, HTTPS_ONLY
from isopolity.web.rate_limits import PROXY, READS, READS_OF_A_PAGE
from isopolity.web.request_limits import HEADER_BYTES, SILENCE_SECONDS
from isopolity.web.server import BoundedProtocol

ROOT = Path(__file__).parents[2]
MAILED = (
    "/notify/answer/",
    "/notify/confirm/",
    "/join/",
    "/handover/",
    "/commission/",
    "/sign-in/",
    "/contact/",
    "/contact-change/",
)
CONF = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
IMPORTS = CONF.partition(f"location = {imports.PATH} {{")[2].partition("}")[0]


def location_of(path: str) -> str:
    """The text of the location that nginx takes for the path: exact, by a pattern, else the longest beginning."""
    places: list[tuple[str, str, str]] = re.findall(r"location (=|~|) ?(\S+) {([^}]*)}", CONF)
    exact = [text for how, place, text in places if how == "=" and place == path]
    patterns = [text for how, place, text in places if how == "~" and re.search(place, path)]
    beginnings = sorted((len(place), text) for how, place, text in places if not how and path.startswith(place))
    return [*exact, *patterns, beginnings[-1][1]][0]


def test_bodies_have_the_same_limits() -> None:
    limits = [BODY_LIMIT, *(limit for limits in (REGISTRY, PORTAL) for limit in limits.values())]
    assert re.findall(r"client_max_body_size (\d+);", CONF) == [str(limit) for limit in limits]
    for path, limit in {**REGISTRY, **PORTAL}.items():
        assert f"client_max_body_size {limit};" in location_of(path)
        assert "proxy_request_buffering off;" in location_of(path)
    assert f"client_max_body_size {imports.BODY_LIMIT};" in IMPORTS
    assert f"client_body_timeout {SILENCE_SECONDS:.0f}s;" in IMPORTS


def test_a_large_import_is_handed_on_as_it_comes() -> None:
    assert "proxy_request_buffering off;" in IMPORTS


def test_heads_have_the_same_limits() -> None:
    assert f"client_header_timeout {BoundedProtocol.head_seconds:.0f}s;" in CONF
    assert f"large_client_header_buffers 4 {HEADER_BYTES // 1_000}k;" in CONF


def test_rates_are_the_same() -> None:
    assert f"zone=requests:10m rate={PROXY.per_second:.0f}r/s;" in CONF
    assert f"limit_req zone=requests burst={PROXY.burst:.0f} nodelay;" in CONF


def test_a_made_up_token_changes_no_limit() -> None:
    assert "authorization" not in CONF
    assert "cookie" not in CONF


def test_services_answer_as_many_pages_as_the_proxy_lets_through() -> None:
    assert READS.burst / READS_OF_A_PAGE >= PROXY.burst
    assert READS.per_second / READS_OF_A_PAGE >= PROXY.per_second


def test_what_browsers_keep_of_the_look_counts_for_nobody() -> None:
    (pattern,) = re.findall(r'\$counted { "~([^"]+)" ""; default \$client; }', CONF)
    asked = {"GET:/static/ab12/style.css": True, "POST:/static/a": False, "GET:/cities": False, "GET:/x/static/": False}
    assert {text: re.search(pattern, text) is not None for text in asked} == asked


def test_nothing_that_a_client_says_of_its_address_is_handed_on() -> None:
    """Both headers are what nginx made of the word of the proxies that `start.py` names."""
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in CONF
    assert "proxy_set_header X-Forwarded-Proto $client_scheme;" in CONF
    assert (
        'map "$believed:$http_x_forwarded_proto" $client_scheme { "1:https" https; "1:http" http; default $scheme; }'
        in CONF
    )
    assert (CONF.count("http_x_forwarded"), CONF.count("proxy_add_x_forwarded_for")) == (1, 0)
    assert "set_real_ip_from" not in CONF
    assert "real_ip_recursive on;" in CONF


@pytest.mark.parametrize("named", ["", "10.0.3.7", " 10.1.2.3/16, fd00::1 ,", "2001:db8::/32"])
def test_the_proxy_believes_the_proxies_that_a_service_would(named: str) -> None:
    written = configuration(named)
    expected = Settings(trusted_proxies=named).proxies
    assert re.findall(r"set_real_ip_from (\S+);", written) == list(expected)
    assert re.findall(r" (\S+) 1;", written) == list(expected)


@pytest.mark.parametrize("named", ["proxy", "10.0.3", "2", "0.0.0.0/0", "10.0.3.7,::/0"])
def test_neither_takes_what_is_no_proxys_address(named: str) -> None:
    with pytest.raises(ValueError, match=r"name the proxies alone|write addresses and networks") as refusal:
        configuration(named)
    with pytest.raises(ValidationError, match=str(refusal.value)):
        Settings(trusted_proxies=named)


def test_browsers_are_told_the_same_of_https() -> None:
    (value,) = HTTPS_ONLY.values()
    assert set(re.findall(r'"(max-age=\d+)"', CONF)) == {value}


@pytest.mark.parametrize("path", MAILED)
def test_links_of_mails_stay_out_of_the_logs(path: str) -> None:
    assert "access_log off; error_log /dev/null crit;" in location_of(f"{path}secret")


@pytest.mark.parametrize("path", MAILED)
def test_links_of_mails_stay_out_of_the_logs_where_the_proxy_refuses(path: str) -> None:
    (pattern,) = re.findall(r'map \$uri \$logged { "~([^"]+)" ""; default 1; }', CONF)
    assert "access_log /dev/stdout without_query if=$logged;" in CONF
    assert re.match(pattern, f"{path}secret")
    assert not re.match(pattern, path.rstrip("/"))
    assert not re.match(pattern, f"/cities{path}secret")


def test_each_page_whose_address_is_a_secret_is_among_them() -> None:
    secret = [route.path for route in PAGES if "{secret}" in route.path]
    assert secret
    assert all(path.startswith(MAILED) for path in secret)


def test_pages_that_the_proxy_refuses_or_that_are_away_are_told_to_people() -> None:
    for path in [*(route.path for route in PAGES), "/notify/answer/secret", "/notify/confirm/secret"]:
        location = location_of(path)
        assert f"$service {'notify' if path.startswith('/notify/') else 'portal'};" in location
        assert "error_page 413 @too_large_page; error_page 429 @too_many_page;" in location
        assert "error_page 502 504 =503 @away_page;" in location
    assert "error_page 502 504 =503 @away;" in CONF, "programs read a problem"


def test_no_page_is_sent_to_its_address_with_a_slash_which_the_portal_sends_back() -> None:
    beginnings = set(re.findall(r"location (/\S+) {", CONF))
    assert "/notify/" in beginnings
    assert not beginnings & {f"{route.path}/" for route in PAGES}


def test_services_believe_the_proxy_and_the_portal_of_a_visitors_address() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    own = {name: services[name]["networks"]["web"]["ipv4_address"] for name in ("proxy", "portal")}
    assert len(set(own.values())) == 2
    for name in ("registry", "matching", "notify", "portal"):
        trusted = services[name]["environment"]["ISOPOLITY_TRUSTED_PROXIES"]
        assert trusted == f"{own['proxy']},{own['portal']}"
    asked = services["portal"]["environment"]
    assert {asked[f"ISOPOLITY_{name.upper()}_URL"] for name in ("registry", "matching", "notify")} == {
        f"http://{name}:8000" for name in ("registry", "matching", "notify")
    }, "past the proxy, which would take the portal for the visitor"
