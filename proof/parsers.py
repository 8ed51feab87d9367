"""What reads documents that others have written, with a good one for each: orders, notices and webhooks of every kind of channel and gateway, tracking
events, spreadsheets."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openpyxl import Workbook

from proof.spoiling import Good, as_bytes, damaged
from tests.channels.benches import BENCHES, Bench
from tests.channels.documents import AT, sample
from tests.imports.desk import row, sheet
from tests.payments.strict_adyen import ACCOUNT
from waybill.channels import api, registry
from waybill.channels.checks import checked
from waybill.channels.imported import fingerprint
from waybill.channels.ports import Adapter, Notices
from waybill.fulfilment.carriers import tracking_door
from waybill.imports import reading
from waybill.imports.checking import bodies
from waybill.inventory import bulk
from waybill.kernel import json as strict_json
from waybill.payments.adyen import webhooks as adyen
from waybill.payments.paypal import webhooks as paypal
from waybill.payments.stripe import webhooks as stripe

Draw = random.Random
_ADYEN = {
    "live": "false",
    "notificationItems": [{"NotificationRequestItem": {
        "pspReference": "p-1", "originalReference": "p-0", "merchantAccountCode": ACCOUNT, "merchantReference": "ord_1/1", "amount": {"value": 100, "currency": "USD"},
        "eventCode": "CAPTURE", "success": "true", "reason": "", "eventDate": "2026-11-23T10:00:00+01:00"}}],
}  # fmt: skip
GATEWAYS: dict[str, tuple[Callable[[bytes], Any], Any]] = {
    "stripe": (
        stripe.read,
        {"id": "evt_1", "type": "charge.refunded", "data": {"object": {"payment_intent": "pi_1", "metadata": {"order_id": "ord_1"}}}},
    ),
    "paypal": (
        paypal.read,
        {
            "id": "WH-1",
            "event_type": "PAYMENT.CAPTURE.COMPLETED",
            "resource": {"custom_id": "ord_1/1", "supplementary_data": {"related_ids": {"order_id": "1"}}},
        },
    ),
    "adyen": (lambda raw: adyen.AdyenWebhooks([], ACCOUNT, None).read(raw), _ADYEN),  # type: ignore[arg-type]
}
"""What each gateway's webhook says, by its name."""


@dataclass(frozen=True)
class Parser:
    """`read` takes one input, `spoil` draws a malformed one. `by_field`: where a whole object is refused, it says which of its fields is wrong."""

    name: str
    read: Callable[[Any], Any]
    spoil: Callable[[Draw], Any]
    by_field: bool = False


def parsers() -> list[Parser]:
    """Every one, in a fixed order."""
    orders = [_order(bench.kind, registry.adapter(bench.kind).normalise, bench.document(1)) for bench in BENCHES]
    orders.append(_order("own", api.normalise, sample("api_card")["body"]))
    told = [each for bench in BENCHES for each in _told(bench, registry.adapter(bench.kind))]
    hooks = [Parser(f"webhook of {name}", reads, _document(event)) for name, (reads, event) in GATEWAYS.items()]
    scan = {"tracking_number": "PW1", "status": "in_transit", "code": "X", "at": AT}
    files = [
        Parser("spreadsheet", _sheet, _file(sheet(row("A"), row("B", sku="CUP"), row("B")))),
        Parser("workbook", _sheet, _parts(_workbook())),
        Parser(
            "stock as CSV",
            lambda raw: bulk.from_csv(raw.decode("utf-8", "replace")),
            _file(b"sku,node,kind,quantity\nTEA,reno,received,5\nCUP,reno,counted,7\n"),
        ),
    ]
    scans = Parser("tracking event", lambda body: tracking_door._scan(body, datetime(2026, 11, 24, tzinfo=UTC)), _object(scan), by_field=True)
    return [*orders, *told, *hooks, scans, *files, Parser("JSON", strict_json.parse, _document(sample("api_card")["body"]))]


def _order(kind: str, normalise: Callable[[str, Any, str], Any], order: Any) -> Parser:
    return Parser(f"order of {kind}", lambda body: fingerprint(checked(normalise("c", body, AT), {})), _value(order), by_field=True)


def _told(bench: Bench, adapter: Adapter) -> list[Parser]:
    """Which order a document is about, by its topic or by itself."""
    whole = bench.document(1)
    word = bench.word(bench.reference(whole), 1) if bench.word else whole
    found = [Parser(f"about, {bench.kind}", lambda body: adapter.about("", body), _value(word))]
    if hook := adapter.hook:
        found.append(
            Parser(
                f"webhook of {bench.kind}",
                lambda body: (hook.topic({}, body), hook.delivery({}, body), adapter.about(hook.topic({}, body), body)),
                _value(word),
            )
        )
    if notices := adapter.notices:
        found.append(Parser(f"notice of {bench.kind}", lambda body: _noticed(adapter, notices, body), _object(word)))
    return found


def _noticed(adapter: Adapter, notices: Notices, body: Any) -> Any:
    return notices.names(body), notices.delivery(body), adapter.about(notices.topic(body), body)


def _sheet(raw: bytes) -> Any:
    found = reading.read(raw)
    return [bodies.read(found.columns, rows) for rows in reading.orders(found)]


def _value(good: Any) -> Callable[[Draw], Any]:
    """Parsed, as a door hands it on."""
    return Good(strict_json.parse(json.dumps(good, default=str))).spoilt


def _object(good: Any) -> Callable[[Draw], Any]:
    spoils = _value(good)

    def spoil(draw: Draw) -> Any:
        made = spoils(draw)
        return made if isinstance(made, dict) else {}

    return spoil


def _document(good: Any) -> Callable[[Draw], bytes]:
    known = Good(good)
    return lambda draw: as_bytes(known.spoilt(draw), draw)


def _file(good: bytes) -> Callable[[Draw], bytes]:
    return lambda draw: damaged(good, draw)


def _parts(book: bytes) -> Callable[[Draw], bytes]:
    """One of a workbook's parts damaged, or the whole file."""
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    (cells,) = (name for name in parts if "worksheets/" in name)

    def spoil(draw: Draw) -> bytes:
        if draw.random() < 0.2:
            return damaged(book, draw)
        which, out = draw.choice((cells, cells, *parts)), io.BytesIO()
        with zipfile.ZipFile(out, "w") as written:
            for name, content in parts.items():
                written.writestr(name, damaged(content, draw) if name == which else content)
        return out.getvalue()

    return spoil


def _workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    rows = [row("A"), row("B", sku="CUP")]
    page.append(list(rows[0]))
    for each in rows:
        page.append(list(each.values()))
    book.save(out)
    return out.getvalue()
