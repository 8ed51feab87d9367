"""What must hold of the whole world after an order's life, whatever crashed in it (the list of invariants by number).

For a world with one order in it, at rest.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from decimal import Decimal
from email import message_from_string
from typing import Any

from tests.flow.life import Life
from waybill.aws.clients import client
from waybill.editing.service import versions
from waybill.notifications.model import KINDS
from waybill.orders import outbox, store
from waybill.orders.model.check import violations
from waybill.payments.owed import due
from waybill.payments.records import tender_from

_BOOKED = ("fulfilment_order.shipped", "payment.captured", "payment.recorded", "payment.refunded")
_AT_A_NODE = ("released", "shipped", "delivered", "completed")
_WAITING = ("on_hold", "backordered")


def check(the: Life, order_id: str, faults: int = 0) -> dict[str, Any]:
    """Asserts every invariant that one order can break; answers the order as the API shows it."""
    assert the.world.settle() == 0, "something was still under way"
    record = store.load(order_id)
    shown = the.order(order_id)
    events = _events(order_id, record)
    assert violations(record.order, record.state, record.fulfilment_orders) == []
    _intake(order_id)
    _stock(the, record, shown["status"])
    _money(the, record, shown)
    _books(the, order_id, events)
    _edits(record)
    _work(record)
    _messages(the, events, faults)
    _told(the, record, events)
    _workflow(the, record)
    _nobody_s_name(the, record, events)
    return shown


def _events(order_id: str, record: store.Record) -> dict[str, dict[str, Any]]:
    """Every history entry of the order by its event id. I30: no record's history has a gap."""
    histories = {outbox.record_id(order_id, key): item.get("history", ()) for key, item in (record.others or {}).items()}
    for source, history in histories.items():
        assert [entry["seq"] for entry in history] == list(range(1, len(history) + 1)), source
    return {f"{source}:{entry['seq']}": entry for source, history in histories.items() for entry in history}


def _intake(order_id: str) -> None:
    """I14, I17: what came through the door is this one order, and nothing of it is in front of a person unread."""
    assert {item["pk"]["S"] for item in _scan("OrdersTable") if item["sk"]["S"] == "STATE"} == {f"ORDER#{order_id}"}
    documents = _scan("DocumentsTable")
    assert documents and all(item["order_id"]["S"] == order_id and "problem" not in item for item in documents), documents


def _stock(the: Life, record: store.Record, status: str) -> None:
    """I1 to I5: rows, movements and reservations agree; of each line as much is held or gone as its place in the flow says."""
    for sku in {line.sku for line in record.order.lines}:
        proof = the.call("GET", f"/v1/proof/inventory/{sku}").json()
        assert proof["agrees"], proof
    reserved = (record.others or {}).get("RSV", {"batch": None, "held": {}, "shipped": {}})
    assert reserved["batch"] is None, "a batch of row operations was never finished"
    held = {line: sum(nodes.values()) for line, nodes in reserved["held"].items() if any(nodes.values())}
    away = {line: units.shipped + units.delivered for line, units in record.state.lines.items()}
    assert {line: units for line, units in reserved["shipped"].items() if units} == {line: units for line, units in away.items() if units}
    if status in _AT_A_NODE:
        ordered = {line.id: line.quantity - record.state.lines[line.id].cancelled for line in record.order.lines if line.ships}
        assert {line: units - away[line] for line, units in ordered.items() if units > away[line]} == held
    if status in (*_WAITING, "cancelled"):
        assert held == {}, f"{status} and still holding stock"


def _money(the: Life, record: store.Record, shown: dict[str, Any]) -> None:
    """I6, I9, I10: one intent and one authorisation a tender, one capture when all has left (in parts: one a parcel), nothing kept of a cancelled order."""
    payments = list(the.gateway.payments.values())
    assert max(Counter(payment.demand.tender for payment in payments).values(), default=0) <= 1, "two intents for one tender"
    shipments = sum(entry["type"] == "fulfilment_order.shipped" for each in record.fulfilment_orders for entry in each["history"])
    parts = shipments + 1 if any(entry.data.get("last") for entry in record.state.history) else shipments
    parts = parts if the.gateway.allows.several_captures else 1
    assert all(payment.authorisations <= 1 and payment.captures <= parts for payment in payments)
    assert all(payment.captured <= payment.demand.amount for payment in payments)
    cards = sum(tender.amount for tender in record.order.tenders if tender.kind == "card")
    authorised = sum(payment.demand.amount for payment in payments if payment.status == "authorised")
    captured = sum(payment.captured for payment in payments)
    refunded = sum(refund.amount for payment in payments for _, refund in payment.refunds)
    if record.state.cancelled:
        assert authorised == 0 and captured == refunded
    elif record.state.all_shipped:
        given_up = record.order.total - due(record.order, record.state.lines)
        assert (authorised, captured - refunded) == (0, cards - given_up)
        assert Decimal(shown["payments"]["balances"]["charged"]) == Decimal(shown["totals"]["total"]) - Decimal(given_up) / 100
    elif record.state.confirmed:
        assert captured == 0 and (authorised >= cards if record.order.edits else authorised == cards)


def _edits(record: store.Record) -> None:
    """Versions follow each other without a gap, each from where the one before has left it; the tenders bear the total, and what nobody has paid holds the order."""
    order, kept = record.order, versions(record)
    assert [version.number for version in kept] == list(range(1, order.edits + 1))
    totals = [(version.changes["money"]["total_before"], version.changes["money"]["total_after"]) for version in kept]
    assert all(before == after for (_, after), (before, _) in itertools.pairwise(totals)), totals
    if not kept or record.state.cancelled:
        return
    assert totals[-1][1] == order.total and sum(tender.amount for tender in order.tenders) >= order.total
    assert not any(hold.kind == "edit" for hold in record.state.active_holds), "an edit was never seen to"
    if record.state.confirmed:
        bears = {n: tender.amount for n, tender in enumerate(order.tenders, 1)}
        assert {tender.number: tender.amount for tender in map(tender_from, record.tenders)} == bears
        unpaid = [tender for tender in map(tender_from, record.tenders) if tender.amount and not tender.secured]
        assert record.state.all_shipped or not unpaid or any(hold.kind == "payment" for hold in record.state.active_holds), unpaid


def _books(the: Life, order_id: str, events: dict[str, dict[str, Any]]) -> None:
    """I8, I11: one entry for each event that moves value, none besides, each summing to nothing; a finished order owes nothing."""
    entries = the.call("GET", f"/v1/journal?order={order_id}").json()["items"]
    wanted = sorted(id for id, event in events.items() if event["type"] in _BOOKED)
    last = {id for id, event in events.items() if event["type"] == "order.lines_cancelled" and event["data"].get("last")}
    assert sorted(entry["event_id"] for entry in entries if entry["event_id"] not in last) == wanted
    for entry in entries:
        assert sum(Decimal(posting["amount"]) for posting in entry["postings"]) == 0, entry
    if any(event["type"] == "order.completed" for event in events.values()):
        postings = [posting for entry in entries for posting in entry["postings"] if posting["account"] == "receivable"]
        assert sum(Decimal(posting["amount"]) for posting in postings) == 0, postings


def _work(record: store.Record) -> None:
    """I21, I23: each unit at one node; a label for each package, and its number finds it."""
    at_nodes: Counter[str] = Counter()
    for each in record.fulfilment_orders:
        if each["status"] not in ("rejected", "cancelled"):
            at_nodes.update({line: units["quantity"] for line, units in each["lines"].items()})
    wanted = {line: units.released + units.shipped + units.delivered for line, units in record.state.lines.items()}
    assert +at_nodes == +Counter(wanted)
    packages = {(each["id"], package["n"], package["tracking_number"]) for each in record.fulfilment_orders for package in each.get("packages", ())}
    kept = client("s3").list_objects_v2(Bucket="files", Prefix=f"orders/{record.order.id}/").get("Contents", [])
    assert {item["Key"].split("/", 2)[2] for item in kept} >= {f"{fo}/{n}-{number}.zip" for fo, n, number in packages}
    assert {item["fo_id"]["S"] for item in _scan("OrdersTable") if item["sk"]["S"] == "TRACK"} == {fo for fo, _, _ in packages}


def _messages(the: Life, events: dict[str, dict[str, Any]], faults: int) -> None:
    """I24 to I26: nothing dead; the customer has heard of each event once, and at most once more a fault."""
    assert the.world.dead_letters() == {}
    settled = {
        item["pk"]["S"].partition("#")[2]: item["status"]["S"] for item in _scan("MessagesTable") if item["pk"]["S"].startswith("notifications#")
    }
    assert set(settled) == {id for id, event in events.items() if event["type"] in KINDS}
    mails = Counter(message_from_string(mail)["X-Waybill-Event"] for mail in the.world.mails())
    assert set(mails) == {id for id, status in settled.items() if status == "sent"}
    assert set(settled.values()) <= {"sent", "skipped"}, settled
    assert sum(mails.values()) <= len(mails) + faults, mails


def _told(the: Life, record: store.Record, events: dict[str, dict[str, Any]]) -> None:
    """The channel has heard of every parcel and of a cancellation, once; each node of the work that is its own."""
    if the.outside is None:
        return
    heard = Counter(said["kind"] for said in the.outside.shops.told)
    wanted = Counter(event["type"] for event in events.values())
    shipped, cancelled = _SAID[record.order.channel]
    assert heard[shipped] == wanted["fulfilment_order.shipped"], heard
    by_itself = [event for event in events.values() if event["type"] == "order.cancelled" and event["data"]["reason"].startswith("by the channel")]
    assert heard[cancelled] == (wanted["order.cancelled"] - len(by_itself) if shipped != cancelled else heard[shipped]), heard
    if record.order.channel == "api":
        assert heard["order.lines_cancelled"] == wanted["order.lines_cancelled"], heard
        assert heard["order.cancellation_declined"] == wanted["order.cancellation_declined"], heard
    questions = wanted["fulfilment_order.cancellation_requested"]
    assert len(the.outside.asked) <= questions, "a node was asked to give up what nobody cancelled"
    pushed = Counter(the.outside.pushed.values())
    assert all(times == 1 for times in pushed.values()), pushed
    assert {each["id"] for each in record.fulfilment_orders if each["status"] == "requested"} <= set(pushed)
    assert set(pushed) <= {each["id"] for each in record.fulfilment_orders}


_SAID = {"api": ("order.shipped", "order.cancelled"), "shopify": ("fulfillmentCreate", "orderCancel"), "woocommerce": ("order", "order")}
"""What each kind of channel is told of a parcel, and of a cancellation."""


def _workflow(the: Life, record: store.Record) -> None:
    """I19: the execution has ended with the order, or waits on a token that somebody will answer."""
    runs = [run for run in the.world.machine.executions.values() if run.name.partition("-r")[0] == record.order.id]
    assert runs and all(run.status in ("SUCCEEDED", "RUNNING") for run in runs), [(run.status, run.visited) for run in runs]
    open_runs = [run for run in runs if run.status == "RUNNING"]
    if record.state.cancelled or record.state.all_shipped:
        assert open_runs == []
    else:
        assert [run.token for run in open_runs] == [record.wait and record.wait["token"]]


def _nobody_s_name(the: Life, record: store.Record, events: dict[str, dict[str, Any]]) -> None:
    """No personal data in events, in the workflow, in logs."""
    said = [str(events), str([(run.input, run.data) for run in the.world.machine.executions.values()])]
    said += [the.logs.getvalue()] if the.logs else []
    person, places = record.customer, (record.customer.ship_to, *record.customer.groups.values())
    homes = [part for place in places for part in (place.name, place.line1, place.postal_code)]
    for secret in filter(None, (person.email, person.name, person.phone, *homes)):
        by_itself = re.compile(rf"(?<![\w.]){re.escape(secret)}(?!\w)")  # and not five digits of some random id
        assert not any(by_itself.search(text) for text in said), f"{secret} was said"


def _scan(table: str) -> list[dict[str, Any]]:
    return client("dynamodb").scan(TableName=table)["Items"]
