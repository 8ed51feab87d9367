"""Generates schemas/events/<type>.json and docs/events.md: `python -m tools.event_schemas` writes them, `--check` finds drift.

One table says what each event is about, what its `data` carries and who listens. `data` holds ids, quantities and minor units; never
personal data, so unknown fields are refused.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "schemas" / "events"
CATALOGUE = ROOT / "docs" / "events.md"

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "maxLength": 500}
CODE: Schema = {"type": "string", "maxLength": 200, "description": "A code, never a sentence about a person"}
ID: Schema = {"type": "string", "minLength": 1, "maxLength": 128}
COUNT: Schema = {"type": "integer", "minimum": 0}
MINOR: Schema = {"type": "integer", "description": "Minor units of `currency`"}
CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}
FLAG: Schema = {"type": "boolean"}
LINES: Schema = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}, "description": "Units by line id"}
LINES_AT: Schema = {"type": "object", "additionalProperties": LINES, "description": "Units by line id and node"}
_SHIPMENT: Schema = {**ID, "description": "What the carrier that sold the label calls it; not there where the label is our own"}
PACKAGES: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["n", "tracking_number"],
        "properties": {"n": {"type": "integer", "minimum": 1}, "carrier": ID, "service": ID, "tracking_number": ID, "lines": LINES, "cost": MINOR, "currency": CURRENCY, "shipment": _SHIPMENT},
    },
}
LOST: Schema = {
    "type": "array",
    "items": {"type": "object", "required": ["node", "lines", "reason", "cause"], "properties": {"node": ID, "lines": LINES, "reason": CODE, "cause": ID}},
    "description": "Reserved units that a node did not have or found damaged: not to be sold again",
}
_LABEL = {"fo_id": ID, "package": COUNT, "carrier": ID, "tracking_number": ID, "cost": MINOR, "currency": CURRENCY}
_OF_A_LABEL = {"node": ID, "service": ID, "shipment": _SHIPMENT}
_TROUBLE = {"fo_id": ID, "package": COUNT, "lines": LINES, "packages": PACKAGES}
_MONEY = {"tender": {"type": "integer", "minimum": 1}, "amount": MINOR, "currency": CURRENCY}
_REFUND = {"refund": COUNT, "amount": MINOR, "currency": CURRENCY}
_OF_A_GATEWAY = {"gateway": ID, "amount": MINOR, "currency": CURRENCY, "reference": ID}
_REFERENCE = {"reference": {"type": ["string", "null"], "description": "What the gateway or the channel calls it"}}


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of event. `data` must be there, `may` can; what nobody hears by default stays in the timeline."""

    type: str
    record: str
    says: str
    data: dict[str, Schema]
    may: dict[str, Schema]
    heard_by: tuple[str, ...] = ()


def _kind(
    type: str,
    record: str,
    says: str,
    data: dict[str, Schema] | None = None,
    *,
    may: dict[str, Schema] | None = None,
    to: str = "",
) -> Kind:
    return Kind(type, record, says, data or {}, may or {}, tuple(to.split()))


_LABELLED = {**FLAG, "description": "A carrier has sold a label for it, which is to be given back"}
_FO = {"fo_id": ID, "node": ID, "lines": LINES}
_NODE = {"node": ID, "lines": LINES}
KINDS = (
    _kind("order.received", "STATE", "A channel's order has become ours.", {"channel": ID, "total": MINOR, "currency": CURRENCY}, may={"held": FLAG, "external_reference": ID}),
    _kind("order.held", "STATE", "A hold stops it before a step of the flow.", {"hold_id": ID, "kind": ID}, may={"reason": TEXT, "blocks": {"type": "array", "items": ID}}),
    _kind("order.readdressed", "STATE", "It goes elsewhere; which fields of the address are others, never what they say.", {"fields": {"type": "array", "items": ID}}),
    _kind("order.customer_changed", "STATE", "Whose it is was changed by a person; which fields are others, never what they say.", {"fields": {"type": "array", "items": ID}}),
    _kind("order.hold_released", "STATE", "A person or a rule let a hold go.", {"hold_id": ID}, may={"kind": ID, "note": TEXT, "reason": TEXT}, to="waits"),
    _kind("order.risk_assessed", "STATE", "A channel or a fraud service has said what its risk is, 0 to 100.", {"score": COUNT, "source": ID, "recommendation": CODE}),
    _kind("order.backordered", "STATE", "Units wait for stock.", {"lines": LINES}, to="notifications"),
    _kind("order.stock_arrived", "STATE", "What was backordered has its stock.", {"lines": LINES}, to="routing"),
    _kind(
        "order.lines_cancelled",
        "STATE",
        "Some units are cancelled, the rest goes on; before: units cancelled earlier. `last`: nothing is left that could leave, `shipped` has left.",
        {"reason": TEXT, "lines": LINES, "before": LINES},
        may={"last": FLAG, "shipped": LINES, "key": ID},
        to="payment accounting stock routing notifications channel-acks",
    ),
    _kind(
        "order.edited",
        "STATE",
        "It is another order now: units wanted by line, now and before; which fields of the addresses, never what they say.",
        {"edit": COUNT, "total": MINOR, "currency": CURRENCY, "difference": MINOR, "lines": LINES, "before": LINES, "fields": {"type": "array", "items": ID}},
        to="stock routing notifications",
    ),
    _kind("order.confirmed", "STATE", "Stock and payment are certain.", {"total": MINOR, "currency": CURRENCY}, to="notifications channel-acks"),
    _kind("order.released", "STATE", "Nodes have the work.", {"fulfilment_orders": {"type": "array", "items": ID}, "lines": LINES}),
    _kind("order.directed", "STATE", "A person said where it ships from.", {name: {"type": "array", "items": ID} for name in ("only", "without")}),
    _kind("order.rerouting", "STATE", "A node gave work back; another is wanted.", {"fo_id": ID, "lines": LINES}, may={"reason": CODE}),
    _kind("order.cancelled", "STATE", "All that had not left is cancelled.", {"reason": TEXT, "lines": LINES}, may={"lost": LOST}, to="payment stock waits notifications channel-acks"),
    _kind("order.cancellation_requested", "STATE", "It is cancelled, and nodes that have these units are asked whether they can still give them up; until they say so nothing goes back.", {"fulfilment_orders": {"type": "array", "items": ID}, "lines": LINES, "reason": TEXT}, may={"key": ID}),
    _kind("order.cancellation_declined", "STATE", "A node ships these all the same: it had begun, or they have left.", {"fo_id": ID, "lines": LINES, "reason": TEXT}, to="notifications channel-acks"),
    _kind("order.reshipped", "STATE", "A parcel did not arrive: what was in it is sent again, as an order of its own (`order`).", {"order": ID, "fo_id": ID, "package": COUNT, "reason": CODE}, to="waits"),
    _kind("order.shipped", "STATE", "The last of it has left.", {"lines": LINES}, may={"fo_id": ID}),
    _kind("order.delivered", "STATE", "The last of it has arrived.", {"lines": LINES}),
    _kind("order.completed", "STATE", "Nothing is left to do."),
    _kind("order.workflow_restarted", "STATE", "Its execution was lost and runs again.", {"run": COUNT}),
    _kind("stock.reserved", "RSV", "Units are reserved for it.", {"lines": LINES_AT}, may={"epoch": COUNT}),
    _kind("stock.released", "RSV", "Reserved units were given back.", {"lines": LINES_AT}, may={"epoch": COUNT}),
    _kind("stock.damaged", "RSV", "Reserved units were not fit to be sold: they stay there, blocked.", {"lines": LINES_AT}, may={"epoch": COUNT}),
    _kind("stock.written_off", "RSV", "Reserved units were not there.", {"lines": LINES_AT}, may={"epoch": COUNT}),
    _kind("payment.authorised", "PAY", "A gateway holds the amount for us.", _MONEY, may={**_REFERENCE, "expires_at": TEXT}),
    _kind("payment.declined", "PAY", "A gateway said no.", _MONEY, may={**_REFERENCE, "reason": CODE}),
    _kind("payment.captured", "PAY", "The money is taken.", _MONEY, may=_REFERENCE, to="accounting"),
    _kind("payment.capture_failed", "PAY", "The money could not be taken.", _MONEY, may={**_REFERENCE, "reason": CODE}),
    _kind("payment.voided", "PAY", "The authorisation was given back.", _MONEY, may=_REFERENCE),
    _kind("payment.void_failed", "PAY", "The authorisation could not be given back.", _MONEY, may={**_REFERENCE, "reason": CODE}),
    _kind("refund.proposed", "REFUND", "A refund above the limit waits for a second person.", _REFUND),
    _kind("refund.granted", "REFUND", "It is decided that money goes back; `amount` with all its parts.", _REFUND, to="payment accounting"),
    _kind("refund.retried", "REFUND", "A refund that had failed is asked for once more.", _REFUND, to="payment"),
    _kind("refund.rejected", "REFUND", "A refund that was proposed is not to be.", _REFUND),
    _kind("refund.withdrawn", "REFUND", "A refund that was granted and could not be paid is not to be.", _REFUND, to="accounting"),
    _kind("refund.credited", "REFUND", "What no gateway would pay of a refund is given as store credit.", _REFUND),
    _kind("refund.paid", "REFUND", "Every tender has returned its portion.", _REFUND),
    _kind("refund.failed", "REFUND", "A tender could not return its portion: a person must look.", _REFUND),
    _kind("payment.refunded", "PAY", "Money was returned; reason at_channel: by the channel itself.", _MONEY, may={**_REFERENCE, "reason": TEXT}, to="accounting channel-acks"),
    _kind("payment.refund_returned", "PAY", "A refund that had succeeded came back to us.", _MONEY, may={**_REFERENCE, "reason": CODE}, to="accounting"),
    _kind("payment.refund_failed", "PAY", "Money could not be returned.", _MONEY, may={**_REFERENCE, "reason": CODE}),
    _kind("payment.credited", "PAY", "A refund that the gateway would not pay is given as store credit.", _MONEY),
    _kind("payment.refund_owed", "PAY", "The channel has money that it owes back; it returns it where it may (`refunds` of its settings), else a person does.", _MONEY, may=_REFERENCE, to="channel-acks"),
    _kind("payment.renewed", "PAY", "The gateway holds the amount anew, for longer.", _MONEY, may={**_REFERENCE, "expires_at": TEXT}),
    _kind("payment.lapsed", "PAY", "The gateway holds the amount no longer.", _MONEY, may=_REFERENCE),
    _kind("payment.disputed", "PAY", "The customer's bank has taken the money back.", _MONEY, may={**_REFERENCE, "reason": CODE}, to="accounting"),
    _kind("payment.dispute_won", "PAY", "Disputed money has come back.", _MONEY, may=_REFERENCE, to="accounting"),
    _kind("payment.waiting", "PAY", "Its gateway is down or has not decided; it goes on by itself.", {**_MONEY, "gateway": ID}, may={"reason": CODE}),
    _kind("payment.going_on", "PAY", "What waited was carried out, and nothing of this tender changed by it.", {**_MONEY, "gateway": ID}),
    _kind("payment.recorded", "PAY", "The channel has taken the money already.", _MONEY, may=_REFERENCE, to="accounting"),
    _kind("payment.fee_charged", "ROW", "A gateway has kept something for itself.", _OF_A_GATEWAY, to="accounting"),
    _kind("credit.issued", "ACCOUNT", "A gift card or store credit was issued; `reference` is its id, `paid_to` has the money for one that was sold.", _OF_A_GATEWAY, may={"paid_to": ID}, to="accounting"),
    _kind("credit.adjusted", "ACCOUNT", "The balance of a gift card or store credit was changed by hand, up or down.", {**_OF_A_GATEWAY, "amount": {"type": "integer"}}, to="accounting"),
    _kind("payout.settled", "PAYOUT", "A gateway has sent money to the bank.", _OF_A_GATEWAY, to="accounting"),
    _kind("payout.failed", "PAYOUT", "The bank has sent it back.", _OF_A_GATEWAY, to="accounting"),
    _kind("fulfilment_order.scheduled", "FO", "A node is chosen for these and is not asked before their day, which begins there at `opens_at`.", {**_FO, "ship_not_before": TEXT, "opens_at": TEXT}, may={"split_from": ID}),
    _kind("fulfilment_order.rescheduled", "FO", "They are kept for another day than `before`.", {"fo_id": ID, "node": ID, "ship_not_before": TEXT, "opens_at": TEXT}, may={"before": TEXT}),
    _kind("fulfilment_order.approval_requested", "FO", "A node is chosen for these and is not asked before a person approves of it.", _FO, may={"ship_not_before": TEXT, "opens_at": TEXT, "split_from": ID}),
    _kind("fulfilment_order.approved", "FO", "A person has approved: the node is asked, or it waits for its day.", _FO),
    _kind("fulfilment_order.requested", "FO", "A node is asked to ship these.", _FO, may={"route": COUNT, "push": FLAG, "split_from": ID}, to="node-push"),
    _kind("fulfilment_order.accepted", "FO", "The node will do it.", {"fo_id": ID}, may=_NODE),
    _kind("fulfilment_order.rejected", "FO", "The node will not; `lines` are those at fault.", {"fo_id": ID, "reason": CODE, "lines": {"type": "array", "items": ID}}, may={"node": ID, "to": ID, "push": FLAG, "labelled": _LABELLED}, to="routing node-push parcels"),
    _kind("fulfilment_order.cancelled", "FO", "The order was cancelled before it left; reason MERGED: its units are another's now (`into`).", {"fo_id": ID, "reason": TEXT}, may={**_NODE, "into": ID, "push": FLAG, "labelled": _LABELLED}, to="parcels node-push"),
    _kind("fulfilment_order.on_wave", "FO", "It is picked on this walk.", {"fo_id": ID, "node": ID, "wave": ID}),
    _kind("fulfilment_order.off_wave", "FO", "It is on that walk no more.", {"fo_id": ID, "node": ID, "wave": ID}),
    _kind("fulfilment_order.manifested", "FO", "Packages are on the list of what their carrier takes.", {"fo_id": ID, "manifest": ID, "packages": {"type": "array", "items": COUNT}}, may={"node": ID}),
    _kind("fulfilment_order.reprinted", "FO", "A package's label was printed once more.", {"fo_id": ID, "package": COUNT, "tracking_number": ID, "times": COUNT}, may={"node": ID}),
    _kind("fulfilment_order.return_labelled", "FO", "A label is bought by which a package comes back.", _LABEL, may=_OF_A_LABEL, to="accounting"),
    _kind("fulfilment_order.return_mailed", "FO", "The customer is sent the label by which a package comes back; `paper` is where it lies.", {**_TROUBLE, "paper": TEXT}, may={"node": ID}, to="notifications"),
    _kind("fulfilment_order.return_voided", "FO", "A carrier has taken a return label back; `cost` is what comes back for it.", _LABEL, may=_OF_A_LABEL, to="accounting"),
    _kind("fulfilment_order.return_void_refused", "FO", "A carrier does not take a return label back.", _LABEL, may=_OF_A_LABEL),
    _kind("fulfilment_order.return_tracked", "FO", "The carrier has seen a package that comes back; `cost`: it has it now under a label of our own, which costs that.", {"fo_id": ID, "package": COUNT, "status": ID}, may={"node": ID, "code": CODE, "carrier": ID, "tracking_number": ID, "cost": MINOR, "currency": CURRENCY}, to="accounting"),
    _kind("fulfilment_order.label_bought", "FO", "A carrier has sold the label of a package; `cost` is what it is owed for it.", {**_LABEL, "service": ID, "shipment": _SHIPMENT}, may={"node": ID}, to="accounting"),
    _kind("fulfilment_order.label_voided", "FO", "A carrier has taken a label back; `cost` is what comes back for it.", _LABEL, may=_OF_A_LABEL, to="accounting"),
    _kind("fulfilment_order.void_refused", "FO", "A carrier does not take a label back.", _LABEL, may=_OF_A_LABEL),
    _kind("fulfilment_order.delayed", "FO", "A package is past the day that its service promises.", _TROUBLE, may={"node": ID}, to="notifications"),
    _kind("fulfilment_order.undeliverable", "FO", "The carrier cannot deliver a package.", _TROUBLE, may={"node": ID}, to="notifications"),
    _kind("fulfilment_order.returning", "FO", "The carrier brings a package back.", _TROUBLE, may={"node": ID}, to="notifications"),
    _kind("fulfilment_order.lost", "FO", "Nothing was heard of a package for too long, or its carrier says that it is lost.", _TROUBLE, may={"node": ID}),
    _kind("fulfilment_order.picked", "FO", "Units are picked.", {"fo_id": ID}, may=_NODE),
    _kind("fulfilment_order.packed", "FO", "A package is packed and labelled.", {"fo_id": ID}, may={**_NODE, "packages": PACKAGES, "package": COUNT}),
    _kind("fulfilment_order.shipped", "FO", "Packages have left. `last`: with them the whole order.", {**_FO, "packages": PACKAGES, "last": FLAG}, may={"before": LINES, "part": COUNT, "collected": {**FLAG, "description": "Its customer has fetched it: no parcel"}}, to="notifications accounting channel-acks stock payment routing"),
    _kind("fulfilment_order.ready_for_pickup", "FO", "It waits at the store for its customer, who can fetch it until then.", {**_FO, "until": TEXT}, to="notifications channel-acks"),
    _kind("fulfilment_order.pickup_reminder", "FO", "Half of that time is over.", {**_FO, "until": TEXT}, to="notifications"),
    _kind("fulfilment_order.not_collected", "FO", "Nobody has fetched it in time: a case for a person.", {**_FO, "until": TEXT}),
    _kind("fulfilment_order.collected", "FO", "Its customer has fetched these units; the `rest` waits on.", _FO, may={"rest": LINES}),
    _kind("fulfilment_order.cancellation_requested", "FO", "Its node is asked whether it can still give these up.", {**_FO, "reason": TEXT}, may={"push": FLAG}, to="node-push"),
    _kind("fulfilment_order.cancellation_accepted", "FO", "It will not ship them.", _FO),
    _kind("fulfilment_order.cancellation_declined", "FO", "It goes on with them.", {**_FO, "reason": TEXT}),
    _kind("fulfilment_order.reduced", "FO", "It is to ship so many units fewer: they were cancelled.", {**_FO, "reason": TEXT}, may={"push": FLAG, "labelled": _LABELLED}, to="node-push parcels"),
    _kind("fulfilment_order.short", "FO", "The node has not these units and goes on with the rest; `then`: they are rerouted, cancelled, or a person is asked.", {**_FO, "reason": CODE, "then": CODE}, may={"labelled": _LABELLED}, to="routing parcels"),
    _kind("fulfilment_order.held", "FO", "Somebody has stopped the work at its node.", {"fo_id": ID, "node": ID, "reason": TEXT}),
    _kind("fulfilment_order.hold_released", "FO", "And has let it go on.", {"fo_id": ID, "node": ID}),
    _kind("fulfilment_order.split", "FO", "Some of its units are another fulfilment order's now, at the same node.", {**_FO, "into": ID}),
    _kind("fulfilment_order.merged", "FO", "It has another's units too.", {**_FO, "with": ID}),
    _kind("fulfilment_order.tracked", "FO", "The carrier has seen a package.", {"fo_id": ID, "package": COUNT, "status": ID}, may={"node": ID, "code": CODE, "tracking_number": ID}),
    _kind("fulfilment_order.delivered", "FO", "A package has arrived. `last`: the last one of its fulfilment order.", {"fo_id": ID, "package": COUNT, "last": FLAG}, may={"lines": LINES, "node": ID}, to="notifications"),
)  # fmt: skip


def schema(kind: Kind) -> Schema:
    """The CloudEvents envelope of one type, as it stands in EventBridge's `detail`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:waybill:event:{kind.type}",
        "title": kind.type,
        "description": kind.says,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "subject", "data"],
        "additionalProperties": False,
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "pattern": _ID_OF[kind.record]},
            "source": {"type": "string", "pattern": "^/waybill/[a-z][a-z0-9-]*$"},
            "type": {"const": kind.type},
            "time": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$"},
            "subject": {"type": "string", "pattern": _SUBJECT_OF.get(kind.record, "^ord_[a-z2-7]{20}$")},
            "data": {
                "type": "object",
                "required": list(kind.data),
                "additionalProperties": False,
                "properties": {**kind.data, **kind.may},
            },
        },
    }


_ID_OF = {
    "STATE": r"^ord_[a-z2-7]{20}:\d+$",
    "PAY": r"^ord_[a-z2-7]{20}/pay\d+:\d+$",
    "FO": r"^fo_[a-z2-7]{20}-\d+:\d+$",
    "RSV": r"^ord_[a-z2-7]{20}/rsv:\d+$",
    "REFUND": r"^ord_[a-z2-7]{20}/refund\d+:\d+$",
    "ROW": r"^(ord_[a-z2-7]{20}/row|[a-z]+/)\w+:1$",
    "PAYOUT": r"^[a-z]+/\w+:\d+$",
    "ACCOUNT": r"^[a-z2-7]{20}/account:\d+$",
}
_SUBJECT_OF = {"ACCOUNT": r"^[a-z2-7]{20}$", "ROW": r"^(ord_[a-z2-7]{20}|[a-z]+/\w+)$", "PAYOUT": r"^[a-z]+/\w+$"}


def catalogue() -> str:
    """docs/events.md."""
    rows = [
        f"| `{k.type}` | {_record(k)} | {k.says} | {_fields(k)} | {', '.join(k.heard_by) or '–'} |"
        for k in KINDS
    ]
    return "\n".join([_HEAD, *rows, "", _TAIL])


def _record(kind: Kind) -> str:
    return {"STATE": "order", "PAY": "payment", "FO": "fulfilment order", "RSV": "reservation", "REFUND": "refund", "ROW": "row of a gateway", "PAYOUT": "payout", "ACCOUNT": "credit"}[kind.record]


def _fields(kind: Kind) -> str:
    return ", ".join([*(f"`{name}`" for name in kind.data), *(f"`{name}`?" for name in kind.may)]) or "–"


_HEAD = """# Events

Generated by `python -m tools.event_schemas`; the schemas are in [schemas/events](../schemas/events).

Each is a line of a record's history (the timeline). Those that a queue hears go on the bus: `Source = waybill`, `DetailType` = the
type, `Detail` = a CloudEvents 1.0 envelope. For a rule of your own on others (`–`), name their types in the template's parameter
`AlsoPublish`, or `*` for all: every event on the bus is paid for. The id (`<record>:<seq>`) is stable over redeliveries: a consumer drops one that it has
seen. `subject` is the order's id, or what is a gateway's own: `stripe/po_1`. `data` holds ids, quantities and minor units, never personal data.

| type | record | what happened | `data` (`?`: not always there) | queues that hear it |
|---|---|---|---|---|"""

_TAIL = """Order of arrival is not promised. Nothing moves backwards by an event that comes late: consumers read the order and act on what it
says now. What a queue cannot handle ends in its dead letters: see [the runbook](runbook.md).
"""


def files() -> dict[Path, str]:
    """Every generated file with its text."""
    written = {FOLDER / f"{kind.type}.json": json.dumps(schema(kind), indent=2) + "\n" for kind in KINDS}
    return {**written, CATALOGUE: catalogue()}


def drift() -> list[str]:
    """Names of files that are missing, stale, or belong to no type any more."""
    wanted = files()
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    return sorted(path.name for path in {*stale, *(set(FOLDER.glob("*.json")) - set(wanted))})


def main() -> None:
    if "--check" in sys.argv:
        if drift():
            sys.exit(f"event schemas have drifted ({', '.join(drift())}): run `python -m tools.event_schemas`")
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in set(FOLDER.glob("*.json")) - set(files()):
        path.unlink()
    for path, text in files().items():
        path.write_text(text, "utf-8")
    print(f"{FOLDER.relative_to(ROOT)}: {len(KINDS)} types; {CATALOGUE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
