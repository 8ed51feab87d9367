"""The stream of the Orders table to the bus: every history entry that the old image did not have is an event, if somebody listens."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from waybill.aws.attributes import unpack
from waybill.aws.clients import client
from waybill.aws.config import setting, stage
from waybill.aws.logs import count, logger
from waybill.kernel.errors import Unavailable
from waybill.kernel.events import Event
from waybill.kernel.plain import compact

_MOST_ENTRIES = 10
HEARD = frozenset(
    "order.backordered order.cancelled order.confirmed order.edited order.hold_released order.lines_cancelled order.stock_arrived payment.captured payment.recorded payment.refunded "
    "credit.issued credit.adjusted payment.disputed payment.dispute_won payment.refund_returned payment.refund_owed refund.retried refund.withdrawn "
    "payment.fee_charged payout.failed payout.settled refund.granted fulfilment_order.cancelled fulfilment_order.delayed fulfilment_order.delivered fulfilment_order.rejected fulfilment_order.return_mailed fulfilment_order.returning fulfilment_order.undeliverable fulfilment_order.requested fulfilment_order.shipped "
    "fulfilment_order.short fulfilment_order.cancellation_requested fulfilment_order.reduced order.cancellation_declined order.reshipped "
    "fulfilment_order.ready_for_pickup fulfilment_order.pickup_reminder fulfilment_order.label_bought fulfilment_order.label_voided "
    "fulfilment_order.return_labelled fulfilment_order.return_voided fulfilment_order.return_tracked".split()
)
"""What the template's rules listen to. The rest stays in the timeline: an event on the bus is a customer's money. Whoever adds a
rule of their own names its types in the template's parameter `AlsoPublish` (`*` for all)."""
_HEARD_FOR = {
    "fulfilment_order.reduced": ("push", "labelled"),
    "fulfilment_order.label_voided": ("shipment",),
    "fulfilment_order.return_labelled": ("shipment",),
    "fulfilment_order.return_voided": ("shipment",),
    "fulfilment_order.return_tracked": ("cost",),
}
"""Heard only where their data has one of these: a node is told of it, labels are to be given back, a carrier has sold the label, a label costs now what its list says."""


def publish(records: list[dict[str, Any]]) -> list[str]:
    """Publishes what a batch of stream records says is new. Answers the sequence number from which to try again, if any.

    Events leave in the order of the stream; the ids are stable, so that a repeat is recognised by every consumer.
    """
    changes = [(record["dynamodb"]["SequenceNumber"], event) for record in records for event in new_events(record)]
    also = frozenset(os.environ.get("ALSO_PUBLISH", "").replace(",", " ").split())
    waiting = [(number, event) for number, event in changes if _is_heard(event, also)]
    for start in range(0, len(waiting), _MOST_ENTRIES):
        chunk = waiting[start : start + _MOST_ENTRIES]
        refused = _put([event for _, event in chunk])
        if refused is not None:
            return [chunk[refused][0]]
    for type, times in Counter(event.type for _, event in changes).items():
        count("Events", times, type=type)
    return []


def _is_heard(event: Event, also: frozenset[str]) -> bool:
    needs = _HEARD_FOR.get(event.type, ())
    return bool(also & {"*", event.type}) or (event.type in HEARD and (not needs or any(event.data.get(need) for need in needs)))


def new_events(record: dict[str, Any]) -> Iterator[Event]:
    """The entries of the new image's history beyond those of the old one, as events."""
    image = record["dynamodb"].get("NewImage", {})
    if "history" not in image:
        return
    seen = len(record["dynamodb"].get("OldImage", {}).get("history", {}).get("L", []))
    order_id = image["pk"]["S"].partition("#")[2]
    source = record_id(order_id, image["sk"]["S"])
    for packed in image["history"]["L"][seen:]:
        entry = unpack(packed)
        yield Event(f"{source}:{entry['seq']}", entry["type"], entry["at"], order_id, entry["data"])


def record_id(order_id: str, sort_key: str) -> str:
    """What events of a record are numbered under: the order, `fo_…-n`, `ord_…/pay1`, `ord_…/rsv`; what is a
    gateway's own and no order's goes by the gateway: `stripe/po_1`."""
    kind, _, number = sort_key.partition("#")
    if kind == "STATE" or "/" in order_id:
        return order_id
    if kind == "FO":
        return f"fo_{order_id.removeprefix('ord_')}-{number}"
    return f"{order_id}/{kind.lower()}{number}"


def _put(events: list[Event]) -> int | None:
    """Puts up to ten events. Answers the index of the first one refused, None where all were taken."""
    entries = [_entry(event) for event in events]
    answer = client("events").put_events(Entries=entries)
    if not answer.get("FailedEntryCount"):
        return None
    refused = next(index for index, entry in enumerate(answer["Entries"]) if entry.get("ErrorCode"))
    logger.warning("the bus refused an event", event_id=events[refused].id, code=answer["Entries"][refused]["ErrorCode"])
    return refused


def _entry(event: Event) -> dict[str, str]:
    detail = compact(event.to_dict(stage()))
    if len(detail) > 240_000:
        raise Unavailable(f"event {event.id} is too large for the bus")
    return {"EventBusName": setting("BUS_NAME"), "Source": "waybill", "DetailType": event.type, "Detail": detail}
