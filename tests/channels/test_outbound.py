"""Outgoing calls: https, the public internet, no redirects, no large answers."""

from datetime import UTC, datetime

import pytest

from waybill.aws import outbound
from waybill.aws.outbound import Reply
from waybill.kernel.errors import InvalidInput, Unavailable

NOW = datetime(2026, 11, 23, 3, 0, 0, tzinfo=UTC)


@pytest.fixture
def production(monkeypatch):
    monkeypatch.setenv("STAGE", "prod")


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/x", "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "https://[::1]/",
     "https://[fd00::1]/", "https://0.0.0.0/", "https://user:pass@93.184.216.34/", "ftp://93.184.216.34/", "https:///x", "file:///etc/passwd",
     "https://93.184.216.34:99999/", "https://[::ffff:127.0.0.1]/", "https://100.64.0.1/"],
)  # fmt: skip
def test_what_is_not_https_to_the_public_internet_is_refused(production, url):
    with pytest.raises(InvalidInput):
        outbound.send("test", "POST", url, {})


def test_on_the_laptop_only_this_machine_may_be_plain_http(monkeypatch):
    monkeypatch.setenv("STAGE", "local")
    with pytest.raises(InvalidInput):
        outbound.send("test", "POST", "http://10.0.0.1/", {})


def test_nobody_there_is_unavailable(monkeypatch):
    monkeypatch.setenv("STAGE", "local")
    with pytest.raises(Unavailable):
        outbound.send("test", "GET", "http://127.0.0.1:9/", {}, seconds=0.5)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0", 0), ("", 0), ("soon", 0), ("99999999999", 3600), ("Mon, 23 Nov 2026 03:00:30 GMT", 31), ("Mon, 23 Nov 2020 03:00:30 GMT", 0)],
)
def test_retry_after_is_read_in_either_form_and_never_beyond_an_hour(header, seconds):
    assert outbound.retry_after(Reply(429, {"retry-after": header}, b""), NOW) == seconds
