"""From SES to the mailbox that a person can open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from local.engine.testing import Engine, engine, free_port
from local.settings import ROOT
from tests.engine.conftest import until

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("engine")]


@contextmanager
def mailbox(folder: Path) -> Iterator[tuple[str, int]]:
    """A mailbox of our own: its address and its SMTP port."""
    for _ in range(5):  # its ports lie beside a free one, and may be somebody's: then others
        base = free_port()
        environment = {**os.environ, "WAYBILL_HOME": str(folder), "WAYBILL_PORT": str(base)}
        process = subprocess.Popen([sys.executable, "-m", "local.mail"], cwd=ROOT, env=environment)
        url = f"http://127.0.0.1:{base + 5}"
        until(lambda url=url, process=process: process.poll() is not None or _answers(url), 10)
        if process.poll() is None:
            break
    try:
        yield url, base + 6
    finally:
        process.terminate()
        process.wait(5)


def _answers(url: str) -> bool:
    try:
        return bool(messages(url) is not None)
    except OSError:
        return False


def messages(url: str, to: str = "") -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{url}/api/messages?to={to}", timeout=2) as answer:
        return list(json.load(answer)["items"])


def one(url: str, message: dict[str, Any]) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/api/messages/{message['id']}", timeout=2) as answer:
        return dict(json.load(answer))


def raw() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Demo Shop <orders@demo-shop.example>", "zoe@example.com", "Bestätigung"
    message.set_content("Danke, Zoë.")
    message.add_alternative("<p>Danke, <b>Zoë</b>.</p>", subtype="html")
    message["X-Long"] = " ".join(["folded"] * 300)
    message["Message-ID"] = "<ours@example.com>"
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="slip.pdf")
    return message.as_bytes(policy=policy.SMTP)


def verified(cloud: Engine) -> Any:
    cloud.client("ses").verify_domain_identity(Domain="demo-shop.example")
    ses = cloud.client("sesv2")
    ses.put_account_details(MailType="TRANSACTIONAL", WebsiteURL="https://demo-shop.example", ProductionAccessEnabled=True)
    return ses


def test_raw_and_simple_mail_reach_the_mailbox_and_stay(tmp_path: Path) -> None:
    with mailbox(tmp_path) as (url, smtp), engine(smtp_port=smtp) as cloud:
        ses = verified(cloud)
        sender = "orders@demo-shop.example"
        sent = ses.send_email(FromEmailAddress=sender, Destination={"ToAddresses": ["zoe@example.com"]}, Content={"Raw": {"Data": raw()}})
        simple = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "plain"}, "Html": {"Data": "<b>rich</b>"}}}
        ses.send_email(FromEmailAddress=sender, Destination={"ToAddresses": ["bob@example.com"]}, Content={"Simple": simple})
        until(lambda: len(messages(url)) == 2, 5)
        mail = one(url, messages(url, "zoe")[0])
        assert mail["subject"] == "Bestätigung" and mail["text"].strip() == "Danke, Zoë." and "<b>Zoë</b>" in mail["html"]
        assert mail["to"] == ["zoe@example.com"] and mail["from"] == "Demo Shop <orders@demo-shop.example>"
        assert mail["message_id"] == sent["MessageId"] and mail["received_at"].endswith("Z")
        assert one(url, messages(url, "bob")[0])["html"].strip() == "<b>rich</b>"
    with mailbox(tmp_path) as (url, _):
        assert len(messages(url)) == 2


def test_probe_upstream_drops_a_raw_mail_that_names_no_destination(tmp_path: Path) -> None:
    content = {"Raw": {"Data": raw()}}
    with mailbox(tmp_path) as (url, smtp), engine(smtp_port=smtp, gaps_open="raw_mail") as cloud:
        ses = verified(cloud)
        ses.send_email(FromEmailAddress="orders@demo-shop.example", Content=content)
        simple = {"Subject": {"Data": "after"}, "Body": {"Text": {"Data": "plain"}}}
        ses.send_email(
            FromEmailAddress="orders@demo-shop.example", Destination={"ToAddresses": ["bob@example.com"]}, Content={"Simple": simple}
        )
        until(lambda: messages(url, "bob"), 5)
        assert len(messages(url)) == 1
