"""Every channel document of `events/intake`, over HTTPS, through the deployed system: each ends where it should."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from typing import Any

import pytest

from local.demo.documents import Sending, sendings
from local.settings import ROOT, tool
from local.stackfile import Stack

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("laptop"), pytest.mark.timeout(400)]

ENDS = {"api_backordered": "backordered", "shopify_sums_off": "on_hold", "woocommerce_bank_transfer": "on_hold"}
"""The others are completed."""
LABELLED_ELSEWHERE = ("api_by_edi",)
"""Its warehouse prints its own labels, and advises the numbers."""
_PATIENCE_SECONDS = 150


@pytest.fixture(scope="module")
def orders(stack: Stack) -> dict[str, dict[str, Any]]:
    """The order of each document, where it has come to rest, by the document's name."""
    sent = sendings(ROOT / "events" / "intake", stack.api_keys, stack.webhook_secrets, int(time.time()))
    ids = {sending.name: _send(stack, sending) for sending in sent}
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = {name: _read(stack, f"/v1/orders/{order_id}") for name, order_id in ids.items()}
        amiss = {name: order["status"] for name, order in found.items() if order["status"] != ENDS.get(name, "completed")}
        if not amiss:
            return found
        assert time.monotonic() < deadline, amiss
        time.sleep(0.5)


def test_each_ends_where_it_should(orders: dict[str, dict[str, Any]]) -> None:
    assert len(orders) == len(list((ROOT / "events" / "intake").glob("*.json")))


def test_each_completed_one_has_its_parcels_labels_and_books(stack: Stack, orders: dict[str, dict[str, Any]]) -> None:
    for name, order in orders.items():
        if name in ENDS:
            continue
        assert _read(stack, f"/v1/journal?order={order['id']}")["items"], name
        for work in order["fulfilment_orders"]:
            for package in work["packages"] if name not in LABELLED_ELSEWHERE else ():
                label = _get(stack, f"/v1/fulfilment-orders/{work['id']}/packages/{package['n']}/label?format=zpl")
                assert package["tracking_number"].encode() in label, name


def test_each_confirmed_customer_has_one_confirmation(stack: Stack, orders: dict[str, dict[str, Any]]) -> None:
    mails = json.loads(_fetch(f"{stack.mail_url}/api/messages", {}))["items"]
    for name, order in orders.items():
        if name not in ENDS:
            number = order["number"] or order["external_reference"]
            assert sum(number in mail["subject"] and "on its way" not in mail["subject"] and "arrived" not in mail["subject"] for mail in mails) == 1, name


def test_the_books_of_the_day_pass_bean_check(stack: Stack, orders: dict[str, dict[str, Any]], tmp_path: Any) -> None:
    book = tmp_path / "journal.beancount"
    book.write_bytes(_get(stack, "/v1/journal/export"))
    done = subprocess.run([tool("bean-check"), str(book)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr


def _send(stack: Stack, sending: Sending) -> str:
    request = urllib.request.Request(stack.api_url + sending.path, sending.body, dict(sending.headers), method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        told = json.loads(answer.read())
    return str(told.get("order_id") or told["id"])


def _read(stack: Stack, path: str) -> dict[str, Any]:
    return dict(json.loads(_get(stack, path)))


def _get(stack: Stack, path: str) -> bytes:
    return _fetch(stack.api_url + path, {"x-api-key": stack.ops_key})


def _fetch(url: str, headers: dict[str, str]) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        return bytes(answer.read())
