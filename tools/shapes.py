"""What the API answers, as JSON Schema (2020-12, as OpenAPI 3.1 wants it). Requests come from the doors' own models."""

from __future__ import annotations

from typing import Any

from waybill.edi.model.record import STATUSES as STATUSES_OF_INTERCHANGES
from waybill.imports.model.record import POLICIES
from waybill.imports.model.record import STATUSES as STATUSES_OF_IMPORTS
from waybill.inventory.movements import BY_HAND

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time", "description": "ISO 8601, UTC"}
AMOUNT: Schema = {
    "type": "string",
    "pattern": r"^-?\d+(\.\d+)?$",
    "description": "A decimal amount with the decimals of its currency",
    "examples": ["19.90"],
}
CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217", "examples": ["USD"]}
ORDER_ID: Schema = {"type": "string", "pattern": "^ord_[a-z2-7]{20}$", "examples": ["ord_k3v7qn2mzc5t4xw6ybfa"]}
FO_ID: Schema = {"type": "string", "pattern": r"^fo_[a-z2-7]{20}-\d+$", "examples": ["fo_k3v7qn2mzc5t4xw6ybfa-1"]}
QUANTITIES: Schema = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}, "description": "Units by name"}
STATUSES = [
    "received", "on_hold", "backordered", "confirmed", "released", "in_fulfilment", "partially_shipped", "shipped",
    "partially_delivered", "delivered", "completed", "cancelled",
]  # fmt: skip
FO_STATUSES = [
    "requested", "accepted", "rejected", "picking", "picked", "packed", "ready_for_pickup", "partially_shipped", "shipped", "delivered", "cancellation_requested", "on_hold", "cancelled",
]  # fmt: skip


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def record(required: Schema, optional: Schema | None = None, description: str = "") -> Schema:
    """An object with these fields; more may come, so that answers can grow."""
    schema: Schema = {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}
    return {**schema, "description": description} if description else schema


def page(name: str) -> Schema:
    """How every list is answered."""
    return record(
        {"items": array(ref(name)), "next": {"type": ["string", "null"], "description": "The cursor of the following page; null after the last"}}
    )


_LENGTHS: Schema = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 3, "maxItems": 3, "description": "Length, width, height in millimetres"}
_CARTON: tuple[Schema, Schema] = (
    {"name": TEXT, "inner_mm": _LENGTHS, "outer_mm": _LENGTHS, "weight_g": WHOLE, "most_g": {**WHOLE, "description": "Of the closed carton, itself included"}},
    {"cost": {**WHOLE, "description": "Minor units"}, "active": FLAG, "nodes": {**array(TEXT), "description": "Those that have it; none named: every one"}},
)
_ITEM: tuple[Schema, Schema] = (
    {"title": TEXT, "price": {**WHOLE, "description": "Minor units"}},
    {
        **{name: {**WHOLE, "description": "0: not known"} for name in ("weight_g", "length_mm", "width_mm", "height_mm")},
        "unit_cost": WHOLE,
        "currency": CURRENCY,
        **{name: FLAG for name in ("ships", "keep_upright", "fragile", "ships_alone")},
        "hazard": maybe(record({"un": TEXT, "hazard_class": TEXT, "name": TEXT}, {"packing_group": TEXT, "watt_hours": WHOLE, "limited_quantity": FLAG})),
        "origin": {**TEXT, "description": "Country of origin, ISO 3166; empty: not known"},
        "hs_code": {**TEXT, "description": "Harmonized System, 6 to 10 digits; empty: not known"},
        "gtin": {**TEXT, "description": "The number in the barcode on it, 8, 12, 13 or 14 digits; empty: not known"},
    },
)


_ADDRESS = record({}, {name: TEXT for name in ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone", "instructions")})
_CUSTOMER = record({"email": TEXT, "ship_to": ref("Address")}, {"name": TEXT, "phone": TEXT, "locale": TEXT, "bill_to": maybe(ref("Address")), "reference": TEXT, "tax_id": TEXT,
        "groups": {"type": "object", "additionalProperties": ref("Address"), "description": "Where further ship groups go"}})  # fmt: skip
_NAMED_AMOUNT = {"title": TEXT, "amount": AMOUNT}
_DRAFT_ROW = record(
    {
        "id": TEXT,
        "number": TEXT,
        "status": {"enum": ["open", "quoted", "placing", "placed", "discarded", "expired"]},
        "channel": TEXT,
        "version": WHOLE,
        "changed_at": INSTANT,
        "changed_by": TEXT,
        "units": WHOLE,
        "totals": record({"currency": TEXT}, {name: AMOUNT for name in ("goods", "shipping", "fees", "tax", "total")}),
    },
    {"expires_on": {"type": "string", "format": "date"}, "order_id": ORDER_ID},
)
_TOTALS = record(
    {name: AMOUNT for name in ("lines", "discount", "shipping", "fees", "tax", "total", "discrepancy")},
    {},
    "`discrepancy` is what the channel's total differs from the sum of its parts",
)
_LINE = record(
    {
        "id": TEXT,
        "sku": TEXT,
        "title": TEXT,
        "quantity": WHOLE,
        "unit_price": AMOUNT,
        "discount": AMOUNT,
        "tax": AMOUNT,
        "total": AMOUNT,
        "ships": FLAG,
        "quantities": QUANTITIES,
    },
    {"attributes": {"type": "object"}, "group": {**TEXT, "description": "The ship group in which it goes; empty for the order's own"}},
    "One line. `quantities` says where its units stand; they sum to `quantity`.",
)
_HOLD = record(
    {
        "id": TEXT,
        "kind": {"type": "string", "examples": ["payment", "sums"]},
        "reason": TEXT,
        "placed_at": INSTANT,
        "source": TEXT,
        "status": {"enum": ["active", "released", "ended"]},
    },
    {"blocks": array({"enum": ["reserve", "authorise", "release", "ship"]}), "expires_at": TEXT, "ended_at": TEXT},
    "What stops an order, and at which step.",
)
_BALANCES: Schema = {
    "type": "object",
    "additionalProperties": AMOUNT,
    "description": "Amounts by what has become of them: authorised, charged, refunded, cancelled, and what is pending",
}
_PAYMENT_EVENT = record({"type": TEXT, "at": INSTANT, "amount": AMOUNT}, {"reference": TEXT, "reason": TEXT, "expires_at": INSTANT})

_REFUND: dict[str, Schema] = {
    "id": TEXT,
    "number": WHOLE,
    "status": {"enum": ["proposed", "granted", "paid", "failed", "rejected"]},
    "amount": AMOUNT,
    "currency": CURRENCY,
    "lines": array(record({"line": TEXT, "quantity": WHOLE})),
    "breakdown": {"type": "object", "additionalProperties": AMOUNT, "description": "Its parts: amount = goods − discounts + shipping + fees + tax + difference + goodwill − fee"},
    "portions": array(record({"tender": WHOLE, "amount": AMOUNT, "why": TEXT})),
    "reason": TEXT,
    "asked_by": TEXT,
}
_CONDITION = record({"field": TEXT, "op": TEXT, "value": {}}, {}, "`distance_km at_most 800`; see docs/routing-rules.md")
_RULE = record(
    {"name": TEXT},
    {
        "nodes": array(_CONDITION),
        "pick": {"description": "`cheapest`, or a list of sorts by which nodes are drained in turn"},
        "split": {"enum": ["by_quantity", "by_group", "by_item", "never"]},
        **{name: {**WHOLE, "minimum": 0} for name in ("most_nodes", "split_from", "split_penalty", "keep")},
        "next": {**TEXT, "description": "The rule to try where this one cannot ship everything"},
    },
)
_RULES = record(
    {"name": TEXT, "routings": array(record({"name": TEXT, "rules": array(_RULE)}, {"orders": array(_CONDITION), "fill": {"enum": ["Wait", "FillOrKill"]}}))},
    {},
    "Which orders (the first routing whose conditions are met) ship from which nodes (its rules, tried in turn). The last routing takes every order.",
)
_TOTALS_OF_RULES = record({name: WHOLE for name in ("cost", "splits", "km", "late", "unshipped", "breaches")}, {}, "`cost` in minor units")
_GATE = record(
    {"orders": WHOLE, "different": WHOLE, "passed": FLAG, "refused": array(TEXT), "before": _TOTALS_OF_RULES, "after": _TOTALS_OF_RULES},
    {"at": INSTANT, "by": TEXT, "against": WHOLE},
    "What a draft would have decided, beside the rules that stand; `refused`: why it may not.",
)
_CREDIT: dict[str, Schema] = {
    "id": TEXT,
    "kind": {"enum": ["gift_card", "store_credit"]},
    "currency": CURRENCY,
    "balance": AMOUNT,
    "held": AMOUNT,
    "entries": array(record({"type": TEXT, "at": INSTANT, "amount": AMOUNT}, {"reference": TEXT, "by": TEXT, "reason": TEXT, "paid_to": TEXT})),
}

UNITS_BY_SKU: Schema = {"type": "object", "additionalProperties": WHOLE, "description": "Units by SKU"}
DAY: Schema = {"type": "string", "format": "date"}
_CHANNEL_TOLD: Schema = record(
    {"id": TEXT, "due": WHOLE, "resending": FLAG, "shows_after_s": {"type": "number"}, "tells_after_s": {"type": "number"}, "refused": array(record({"sku": TEXT, "times": WHOLE, "again": INSTANT, "why": TEXT})), "unknown_there": array(TEXT), "failures": WHOLE, "left_alone_until": {"type": ["string", "null"]}},
    {},
    "How many SKUs are due, and what is measured: seconds until it has what we tell, and until its orders are with us",
)
_DEED: Schema = record({"at": INSTANT, "by": TEXT})
_HEARD: Schema = record({"at": INSTANT, "status": {"enum": ["kept", "parked"]}}, {"door": TEXT, "topic": TEXT, "order_id": TEXT}, "Its newest document")
_CHANNEL: Schema = record(
    {
        "id": TEXT,
        "kind": TEXT,
        "name": TEXT,
        "currency": CURRENCY,
        "settings": {"type": "object"},
        "secrets": record({"live": WHOLE, "outbound": array(TEXT), "lacks": array(TEXT)}, {}, "How many sign to us; names of what we present and of what lacks"),
        "heard": maybe(_HEARD),
        "asked": maybe(record({"known_up_to": INSTANT, "reading": FLAG}, {}, "Up to when all of its changes are known")),
        "parked": record({"count": WHOLE, "more": FLAG, "oldest": maybe(INSTANT), "first": array(ref("Document"))}, {}, "Documents that wait for a person"),
        "untold": maybe(record({"at": INSTANT, "event_id": TEXT, "problem": TEXT}, {}, "What it could not be told last, and why")),
        "drift": maybe(record({"day": DAY}, {"since": DAY, "found": {"type": "object"}}, "Whether its documents have changed their shape")),
        "stock": maybe(record({"due": WHOLE, "since": maybe(INSTANT), "failures": WHOLE, "left_alone_until": maybe(INSTANT)}, {}, "What it is still to be told of stock")),
    },
    {"version": WHOLE, "changes": array(record({"version": WHOLE, "at": INSTANT, "by": TEXT, "before": {"type": "object"}, "after": {"type": "object"}}))},
)
_CARRIER: dict[str, Schema] = {
    **{name: TEXT for name in ("id", "name", "currency", "tracking_url")},
    "kind": {"enum": ["tariff", "easypost", "karrio"]},
    "settings": {"type": "object"},
    "services": array(record({"id": TEXT, "name": TEXT})),
    "tariffs": array(record({"from": DAY, "version": TEXT})),
}
_INBOUND: dict[str, Schema] = {
    "id": TEXT,
    "expected": {"type": ["string", "null"], "format": "date"},
    "version": WHOLE,
    "lines": array(record({"sku": TEXT, "units": WHOLE, "received": WHOLE, "blocked": WHOLE, "outstanding": WHOLE, "over": WHOLE})),
}

_WAVE = {
    "id": TEXT,
    "node": TEXT,
    "status": {"enum": ["open", "picking", "done", "given_up"]},
    "since": INSTANT,
    "picker": TEXT,
    "taken_at": TEXT,
    "units": WHOLE,
    "picked": WHOLE,
    "fulfilment_orders": array(FO_ID),
}
SHAPES: dict[str, Schema] = {
    "Problem": record(
        {"type": {"type": "string", "format": "uri"}, "title": TEXT, "status": WHOLE, "code": TEXT, "detail": TEXT},
        {"errors": array(record({"field": TEXT, "message": TEXT})), "request_id": TEXT},
        "RFC 9457. `code` is stable; `errors` names what was wrong where.",
    ),
    "Address": _ADDRESS,
    "Customer": _CUSTOMER,
    "Totals": _TOTALS,
    "Line": _LINE,
    "Hold": _HOLD,
    "Accepted": record(
        {
            "id": ORDER_ID,
            "channel": TEXT,
            "external_reference": TEXT,
            "status": {"const": "received"},
            "links": record({"self": TEXT, "timeline": TEXT}),
        },
        {},
        "The order is durable and on its way.",
    ),
    "WebhookKept": record({"status": TEXT}, {"order_id": ORDER_ID}, "The document is kept and queued."),
    "OrderRow": record(
        {
            "id": ORDER_ID,
            "channel": TEXT,
            "external_reference": TEXT,
            "status": {"enum": STATUSES},
            "received_at": INSTANT,
            "total": AMOUNT,
            "currency": CURRENCY,
            "skus": array(TEXT),
        }
    ),
    "Order": record(
        {"id": ORDER_ID, "channel": TEXT, "status": {"enum": STATUSES}, "received_at": INSTANT},
        {
            "external_reference": TEXT,
            "number": TEXT,
            "placed_at": INSTANT,
            "version": WHOLE,
            "currency": CURRENCY,
            "totals": ref("Totals"),
            "customer": ref("Customer"),
            "lines": array(ref("Line")),
            "shipping": record({"method": TEXT}, {"promise_days": WHOLE, "pickup_node": TEXT}),
            "holds": array(ref("Hold")),
            "tenders": array(record({"kind": {"enum": ["card", "gift_card", "store_credit", "channel", "terms", "cod"]}, "amount": AMOUNT}, {"gateway": TEXT, "reference": TEXT})),
            "fulfilment_orders": array(ref("FulfilmentSummary")),
            "payments": ref("Payments"),
            "note": TEXT,
            "taxes": array(record({**_NAMED_AMOUNT, "rate": TEXT}, description="What a jurisdiction takes, of the order's `tax`; `rate` in percent")),
            "charges": array(record(_NAMED_AMOUNT, description="What the `fees` are made of")),
            "groups": array(record({"id": TEXT, "method": TEXT, "promise_days": WHOLE}, description="Ship groups beside the order's own")),
            "attributes": {"type": "object"},
            "waiting_for": maybe(TEXT),
            "cancels_at": {**maybe(INSTANT), "description": "When an order that waits is cancelled by itself, as the shop's patience has it"},
        },
        "Every detail of one order. Only id, channel, status and received_at are there in the moment between its acceptance and its writing.",
    ),
    "TimelineEntry": record(
        {"seq": WHOLE, "type": TEXT, "at": INSTANT, "actor": TEXT, "data": {"type": "object"}, "record": TEXT},
        {},
        "What happened, when, and who did it.",
    ),
    "Payments": {
        "type": "object",
        "description": "The order's tenders with their balances and events, and what they come to.",
        "properties": {
            "tenders": array(ref("Tender")),
            "charge_status": {"enum": ["none", "partial", "full", "over"]},
            "auth_status": {"enum": ["none", "partial", "full"]},
        },
    },
    "Edit": record(
        {
            "currency": CURRENCY,
            "money": record({name: AMOUNT for name in ("total_before", "total_after", "difference", "tax_before", "tax_after", "shipping_before", "shipping_after")}),
            "lines": array(record({"line": TEXT, "sku": TEXT, "before": WHOLE, "after": WHOLE})),
            "surcharges": array(record({"title": TEXT, "net": AMOUNT, "tax": AMOUNT, "gross": AMOUNT})),
            "shipping_method": {**array(TEXT), "description": "Before and after; empty where it stays"},
            "address": {**array(TEXT), "description": "Which fields are others"},
            "note": FLAG,
            "payments": array(record({"tender": WHOLE, "kind": TEXT, "gateway": TEXT, "before": AMOUNT, "after": AMOUNT, "how": TEXT})),
        },
        {
            "number": WHOLE,
            "at": INSTANT,
            "actor": TEXT,
            "reason": TEXT,
            "undoes": maybe(WHOLE),
            "settled": {**FLAG, "description": "What comes on top is paid or secured, and nothing waits for it"},
            "dry_run": FLAG,
            "edit": {**WHOLE, "description": "The number that it would have"},
            "version": {**WHOLE, "description": "The order's, as it was looked at"},
            "stock": array(record({"sku": TEXT, "more": {"type": "integer"}, "sellable": maybe(WHOLE), "enough": FLAG})),
            "shipping": record({name: maybe(record({"nodes": array(TEXT), "cost": AMOUNT})) for name in ("before", "after")}, {}, "Where it would ship from, and what that costs the shop"),
            "totals": ref("Totals"),
            "order_lines": array(ref("Line")),
        },
        "An edit that stands; or with `dryRun` what it would do, and nothing is changed.",
    ),
    "Refund": record(
        _REFUND,
        {"dry_run": FLAG},
        "A decision to return money, and which tender returns how much of it.",
    ),
    "RefundAsCredit": record(
        {**_REFUND, "credit": record({"code": TEXT, **_CREDIT}, {"valid_until": INSTANT})}, {}, "The refund, paid by store credit. Asked again, the same code."
    ),
    "PaidIn": record({"amount": AMOUNT}, {"reference": {**TEXT, "description": "What the bank or the carrier calls the payment"}}),
    "RetryIn": record({}, {"token": {**TEXT, "description": "Another means of payment: a gateway's token, or the code of a gift card; left out, the same"}}),
    "Retry": record({"status": {"enum": ["confirming", "securing"]}}, {}, "The order goes on to be confirmed, or the money of a confirmed order is asked for again."),
    "CreditIn": record(
        {"kind": {"enum": ["gift_card", "store_credit"]}, "amount": AMOUNT, "currency": CURRENCY},
        {"valid_until": INSTANT, "reason": TEXT, "paid_to": {**TEXT, "description": "The channel or gateway that has the money of one that was sold; left out, it is given away"}},
    ),
    "CreditCode": record({"code": TEXT}, {}, "Case, blanks and dashes do not matter."),
    "CreditAdjustment": record({"code": TEXT, "amount": {**TEXT, "description": "A decimal amount, with a minus to take off"}, "currency": CURRENCY, "reason": TEXT}),
    "Credit": record(_CREDIT, {"valid_until": INSTANT}, "A gift card or store credit, without its code."),
    "CreditIssued": record({"code": TEXT, **_CREDIT}, {"valid_until": INSTANT}, "The code is shown here alone: who has it has the money."),
    "GatewayEventsKept": record({"status": {"enum": ["kept"]}, "events": WHOLE}, {}, "How many events were in it."),
    "Gateway": record(
        {"name": TEXT, "status": {"enum": ["up", "down"]}, "waiting": {**WHOLE, "description": "Payments that wait for it, at most 1000 are counted"}},
        {"down_since": INSTANT, "next_try": INSTANT, "waiting_since": INSTANT},
        "A payment gateway. While it is down nobody calls it but for one trial at a time; what waits for it goes on by itself.",
    ),
    "Tender": record(
        {
            "number": WHOLE,
            "kind": TEXT,
            "gateway": TEXT,
            "currency": CURRENCY,
            "amount": AMOUNT,
            "balances": _BALANCES,
            "events": array(_PAYMENT_EVENT),
        },
        {"expires_at": {**INSTANT, "description": "When what is still authorised lapses."}},
    ),
    "Decision": record(
        {"id": TEXT, "n": WHOLE, "at": INSTANT, "headline": TEXT, "because": array(TEXT)},
        {"chosen": {"type": "object"}, "runner_up": {"type": ["object", "null"]}, "alone": {"type": "object"}, "ruled_out": {"type": "object"}, "flips": array({"type": "object"})},
        "Why an order ships from where it does: the rules that stood, all that was known, the candidates with their costs, what ruled others out, the smallest changes that would turn it, and the same in words.",
    ),
    "Replayed": record(
        {"identical": FLAG, "differences": {"type": "object"}, "answer": {"type": "object"}},
        {},
        "A decision worked out again from its receipt; `differences` names each field that is not what it was, with both values.",
    ),
    "RulesIn": _RULES,
    "RuleSet": record(
        {"version": WHOLE, "status": {"enum": ["draft", "active", "archived"]}, "rules": ref("RulesIn"), "gate": maybe(_GATE), "history": array({"type": "object"})},
        {"shadow": _GATE, "rows": array({"type": "object"})},
        "Routing rules. `gate`: what came of the last back-test; `shadow`: of the decisions since; `rows`: orders that would be routed otherwise.",
    ),
    "TestIn": record({}, {"orders": {**WHOLE, "description": "How many of the newest orders, 1 to 2000; 500 unless told otherwise"}}),
    "DraftIn": record(
        {},
        {
            **{name: TEXT for name in ("channel", "currency", "number", "note")},
            "fees": AMOUNT,
            "tax_included": FLAG,
            **{name: {"type": "object"} for name in ("customer", "ship_to", "bill_to", "shipping", "attributes")},
            "lines": {**array({"type": "object"}), "maxItems": 100},
            "tenders": {**array({"type": "object"}), "maxItems": 10},
            "taxes": array({"type": "object"}),
            "charges": array({"type": "object"}),
        },
        "The fields of `OrderIn` as far as they are known, none of which need be there or be right yet. A line without a price has the shop's; one tender without an amount takes the rest",
    ),
    "QuoteIn": record({"expires_on": {"type": "string", "format": "date", "description": "The last day on which its prices stand, within a year"}}),
    "PlaceIn": record({}, {"tenders": array(ref("TenderIn"))}, "Nothing where the draft says how it is paid"),
    "DraftRow": _DRAFT_ROW,
    "Draft": {
        **_DRAFT_ROW,
        "required": [*_DRAFT_ROW["required"], "draft", "lines", "lacks", "findings", "stock", "kept_until", "allowed", "log", "links"],
        "properties": {
            **_DRAFT_ROW["properties"],
            "draft": {**ref("DraftIn"), "description": "As it was said"},
            "lines": array(record({"id": TEXT, "sku": TEXT, "title": TEXT, "quantity": WHOLE}, {name: AMOUNT for name in ("unit_price", "discount", "net", "tax")})),
            "lacks": array(record({"field": TEXT, "message": TEXT}, {}, "What keeps it from being placed")),
            "findings": array(record({"kind": TEXT, "reason": TEXT}, {}, "For what the order would be held")),
            "stock": array(record({"sku": TEXT, "wanted": WHOLE, "sellable": WHOLE, "kept": WHOLE})),
            "kept_until": maybe(INSTANT),
            "allowed": array({"enum": ["change", "hold", "quote", "reopen", "place", "discard"]}),
            "log": array(record({"at": INSTANT, "actor": TEXT, "verb": TEXT})),
            "links": record({"self": TEXT}, {"order": TEXT}),
        },
    },
    "CartIn": record({"lines": array(record({"sku": TEXT, "quantity": WHOLE}))}),
    "Cart": record(
        {
            "cart": TEXT,
            "channel": TEXT,
            "status": {"enum": ["kept", "short", "ordered", "ended"]},
            "expires_at": INSTANT,
            "lines": array(record({"sku": TEXT, "quantity": WHOLE, "kept": WHOLE})),
        },
        {},
        "Stock kept for a cart. The order that comes of it names it in `attributes.cart` and takes the stock over.",
    ),
    "PolicyIn": {"type": "object", "description": "`availability`: who may take how much of the stock; `backorders`: how much may be sold that is not there; `brokering`: whose orders wait for the next run; `bundles`: their parts; `counting`: which variances need nobody's leave; `customs`: the tax numbers, the reason and the signer of what goes over a border; `destinations`: where it does not send; `fraud`: from which risk score on an order is held; `limits`: how many units and how much money go without a look; `endless`: what never runs out where; `listing`: which channels are told of stock, and how; `carts`: how long their stock is kept; `patience`: how long an order waits; `remorse`: how many minutes an order may be thought better of; `routing`: how often it is tried; `scarcity`: whether stock is priced for orders still to come"},
    "Policy": record(
        {"id": TEXT, "version": WHOLE, "policy": {"type": "object"}},
        {"changes": array(record({"version": WHOLE, "at": INSTANT, "by": TEXT, "before": {"type": "object"}, "after": {"type": "object"}}))},
    ),
    "CartonIn": record(*_CARTON),
    "Carton": record({"id": TEXT, **_CARTON[0]}, {**_CARTON[1], "version": WHOLE, "changes": array({"type": "object"})}, "A carton of the shop."),
    "ItemIn": record(*_ITEM),
    "Item": record({"sku": TEXT, **_ITEM[0]}, {**_ITEM[1], "version": WHOLE, "changes": array({"type": "object"})}, "A SKU of the shop."),
    "BrokeringRun": record(
        {"at": INSTANT, "waited": WHOLE, "as_allotted": WHOLE, "by_themselves": WHOLE, "cost": WHOLE, "as_they_come": WHOLE},
        {},
        "`cost` of what the run allotted and of the same orders each served as it came, minor units, with a penalty for what stays unshipped",
    ),
    "RerouteIn": record(
        {},
        {
            "orders": array(TEXT),
            "node": {**TEXT, "description": "Instead of orders: at most 100 that wait at this node, oldest first"},
            "only": {**array(TEXT), "description": "The nodes that may ship; empty for any"},
            "without": {**array(TEXT), "description": "The nodes that may not"},
            "dryRun": {"type": "boolean"},
        },
    ),
    "Rerouted": record(
        {
            "items": array(
                record(
                    {"order": TEXT, "moved": array(TEXT), "stays": {"type": "object", "additionalProperties": TEXT}},
                    {"problem": TEXT},
                )
            ),
            "dryRun": {"type": "boolean"},
            "more": {"type": "boolean", "description": "Whether more waits at the node: call again"},
        }
    ),
    "Document": record(
        {"id": TEXT, "channel": TEXT, "status": {"enum": ["kept", "parked"]}, "received_at": INSTANT},
        {"door": TEXT, "topic": TEXT, "order_id": TEXT, "problem": TEXT, "body": TEXT},
    ),
    "Channel": _CHANNEL,
    "ChannelIn": record({"kind": TEXT, "name": TEXT}, {"currency": CURRENCY, "settings": {"type": "object"}}, "Addresses in `settings` are https and named `…_url`; secrets have a door of their own"),
    "CustomerChange": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {"email": {"type": "string", "maxLength": 254}, "name": {"type": "string", "maxLength": 200}, "phone": {"type": "string", "maxLength": 40}, "locale": {"type": "string", "pattern": "^[a-z]{2}(_[A-Z]{2})?$"}},
    },
    "CustomersMerge": {**record({"from": TEXT, "into": TEXT}, {}, "E-mail addresses"), "additionalProperties": False},
    "CustomersMerged": record({"moved": array(TEXT), "next": {"type": ["string", "null"]}}, {}, "Ids of the orders that were moved; call again with `next` until it is null"),
    "SecretIn": {
        "oneOf": [
            {**record({"use": {"type": "string", "minLength": 16, "maxLength": 512}}), "additionalProperties": False},
            {**record({"generate": {"const": True}}), "additionalProperties": False},
        ]
    },
    "OutboundIn": {"type": "object", "minProperties": 1, "additionalProperties": maybe(TEXT), "description": "By name; null takes one away, what is not named stays"},
    "ChannelSecrets": record(
        {"channel": TEXT, "live": WHOLE, "outbound": array(TEXT), "changes": array(record({"at": INSTANT, "by": TEXT, "did": TEXT}))},
        {"secret": {**TEXT, "description": "Only where it was made here, and only now"}},
    ),
    "KeyIn": record({"role": {"enum": ["channel", "node", "carrier", "viewer", "support", "finance", "admin"]}, "name": {"type": "string", "maxLength": 80}}, {"scope": {**TEXT, "description": "Whose it is: a channel's, node's or carrier's id"}}),
    "Key": record(
        {"id": TEXT, "roles": array(TEXT), "scope": TEXT, "name": TEXT, "made": maybe(_DEED), "ended": maybe(_DEED)},
        {"key": {**TEXT, "description": "Only when it is made"}},
    ),
    "ToldOfStock": record(
        {
            "channel": _CHANNEL_TOLD,
            "items": array(record({"sku": TEXT, "told": WHOLE, "at": INSTANT, "sequence": WHOLE, "sold_since": WHOLE, "unknown_there_since": {"type": ["string", "null"]}, "sellable": WHOLE, "held_back": WHOLE, "now": WHOLE})),
            "next": {"type": ["string", "null"]},
        },
        {},
        "`sold_since`: units that it has sold itself since, if it lowers its own number; `unknown_there`: SKUs that it says it does not have, the newest hundred.",
    ),
    "ChannelTold": record({"channel": _CHANNEL_TOLD}),
    "CountSheetIn": record({"node": TEXT, "skus": {"oneOf": [array(TEXT), {"const": "all"}]}}, {"blind": {"type": "boolean", "description": "Who counts is not shown what the books say; true where it is left out"}}, "At most 1000 SKUs."),
    "CountedIn": record({"counted": UNITS_BY_SKU}),
    "CountApprovedIn": record({"lines": {"type": "object", "additionalProperties": TEXT, "description": "A reason by SKU"}}),
    "RecountIn": record({"skus": array(TEXT)}),
    "Import": record(
        {
            "id": TEXT, "channel": TEXT, "policy": {"enum": list(POLICIES)}, "status": {"enum": list(STATUSES_OF_IMPORTS)}, "dry_run": FLAG, "percent": WHOLE, "created_at": INSTANT,
            "rows": record({name: WHOLE for name in ("of", "seen", "good", "bad", "stored")}),
            "orders": record({name: WHOLE for name in ("of", "good", "bad", "known", "held", "stored", "queued")}, {}, "`known` stand already; `held` will be, when they are stored"),
            "ignored_columns": array(TEXT),
            "problems": array(record({"row": WHOLE, "field": TEXT, "problem": TEXT})),
            "links": {"type": "object", "additionalProperties": TEXT},
        },
        {"started_at": INSTANT, "finished_at": INSTANT, "problem": TEXT, "sheet": TEXT, "upload": record({"method": TEXT, "url": TEXT, "seconds": WHOLE}, {}, "Where to put the file, and for how long")},
        "`problems` are the first; `links.errors` has all.",
    ),
    "Interchange": record(
        {"id": TEXT, "node": TEXT, "way": {"enum": ["in", "out"]}, "at": INSTANT, "status": {"enum": list(STATUSES_OF_INTERCHANGES)}, "overdue": FLAG, "problems": array(TEXT), "links": {"type": "object", "additionalProperties": TEXT}, "parts": array(record({"kind": TEXT}, {"control": TEXT, "about": TEXT, "status": TEXT, "problem": TEXT}))},
        {"control": TEXT, "cause": TEXT, "answer": TEXT, "by": TEXT},
        "`parts` are its transaction sets, `about` the number of what each speaks of; `answer` is the interchange that acknowledges it. `overdue`: its own acknowledgement should have come.",
    ),
    "NodeDelivery": record(
        {"id": TEXT, "node": TEXT, "type": TEXT, "fulfilment_order": TEXT, "status": {"enum": ["failing", "delivered"]}, "answer": {"type": ["integer", "null"]}, "attempts": WHOLE, "at": INSTANT, "tried_at": INSTANT},
        {},
        "`id` is the webhook's; `answer` the status that the node's server gave last, null where nobody answered.",
    ),
    "Interchanges": record({"items": array(ref("Interchange"))}, {}, "One for each interchange of the file"),
    "AnnouncementIn": record({"kind": {"enum": ["purchase_order", "transfer"]}, "id": TEXT}),
    "CountSheet": record(
        {"id": TEXT, "node": TEXT, "status": {"enum": ["open", "in_review", "closed", "cancelled"]}, "blind": FLAG, "version": WHOLE, "counts": {"type": "object", "additionalProperties": WHOLE}},
        {
            "lines": array(record({"sku": TEXT, "title": TEXT, "status": TEXT}, {"counted": WHOLE, "by": TEXT, "at": INSTANT, "book": WHOLE, "variance": WHOLE, "value": WHOLE, "reason": TEXT, "problem": TEXT})),
            "history": array({"type": "object"}),
        },
        "`book` was on hand when the line was counted; `value` of the variance at cost, minor units.",
    ),
    "PurchaseOrderIn": record({"supplier": TEXT, "node": TEXT, "lines": UNITS_BY_SKU}, {"expected": DAY}, "At most 90 SKUs."),
    "TransferIn": record({"from": TEXT, "to": TEXT, "lines": UNITS_BY_SKU}, {"expected": DAY}, "At most 90 SKUs."),
    "ReceiptIn": record({}, {"lines": UNITS_BY_SKU, "blocked": {**UNITS_BY_SKU, "description": "Units that came not fit to be sold"}}),
    "ClosingIn": record({"reason": TEXT}),
    "PurchaseOrder": record(
        {**_INBOUND, "supplier": TEXT, "node": TEXT, "status": {"enum": ["open", "partly_received", "received", "closed", "cancelled"]}}, {"history": array({"type": "object"})}
    ),
    "Transfer": record(
        {**_INBOUND, "from": TEXT, "to": TEXT, "status": {"enum": ["draft", "sending", "in_transit", "partly_received", "received", "closed", "cancelled"]}},
        {"history": array({"type": "object"})},
        "What its node had not when it was sent is no longer expected.",
    ),
    "StockRow": record({"sku": TEXT, "node": TEXT, "on_hand": WHOLE, "reserved": WHOLE, "blocked": WHOLE, "available": WHOLE}, {"title": TEXT}),
    "StockOfSku": record({"sku": TEXT, "on_hand": WHOLE, "reserved": WHOLE, "blocked": WHOLE, "available": WHOLE, "nodes": array(ref("StockRow"))}, {"title": TEXT, "parts": {"type": "object", "additionalProperties": WHOLE, "description": "Of a bundle: units of each part in one"}, "endless": {**array(TEXT), "description": "Nodes at which it never runs out"}, "waiting": {**WHOLE, "description": "Units that orders wait for"}, "incoming": array(record({"id": TEXT, "node": TEXT, "expected": {"type": ["string", "null"]}, "units": WHOLE})), "promise": {**array(record({"from": {"type": ["string", "null"]}, "units": WHOLE})), "description": "Units that may be promised, from now and from each day on, each with all before it"}, "expected": {**TEXT, "description": "The day on which more is expected, as the policy `backorders` says"}, "sellable": record({"channel": TEXT, "units": WHOLE}, {}, "What a channel may sell of it now: for its own key, or of `?channel=`")}),
    "Movement": record(
        {"id": TEXT, "kind": TEXT, "quantity": WHOLE, "on_hand": WHOLE, "reserved": WHOLE, "blocked": WHOLE, "at": INSTANT, "sku": TEXT, "node": TEXT},
        {"note": TEXT},
        "One typed movement; `on_hand`, `reserved` and `blocked` are its effect.",
    ),
    "StockImport": record(
        {"rows": array(record({"sku": TEXT, "node": TEXT, "kind": {"enum": list(BY_HAND)}, "quantity": WHOLE}, {"reason": TEXT, "reference": TEXT}))},
        {},
        "At most 1000 rows; or as text/csv, the first line naming these columns. `counted`: so many are there.",
    ),
    "StockImported": record(
        {
            **{name: WHOLE for name in ("done", "valid", "refused")},
            "rows": array(record({"row": WHOLE, "sku": TEXT, "node": TEXT, "status": {"enum": ["done", "valid", "refused"]}}, {"change": WHOLE, "code": TEXT, "field": TEXT, "problem": TEXT})),
        },
        {},
        "A line a row, counted from 1: by how much the units on hand have changed, or which field is wrong and why.",
    ),
    "Proof": record(
        {
            "holds": FLAG,
            "broken": array(TEXT),
            "last_round": maybe(record({"day": TEXT, "ended_at": INSTANT, "orders": WHOLE, "broken": WHOLE})),
            "under_way": maybe(record({"day": TEXT, "orders": WHOLE, "broken": WHOLE, "days_left": array(TEXT)})),
            "rules": array(TEXT),
        },
        {},
        "Whether the rules hold: what of them was found broken, how far the rounds are, and which rules are asked.",
    ),
    "OrderProof": record(
        {"order_id": TEXT, "holds": FLAG, "broken": array(record({"rule": TEXT, "how": TEXT}))}, {}, "The rules asked of one order."
    ),
    "StockProof": record(
        {"sku": TEXT, "agrees": FLAG, "nodes": array({"type": "object"})}, {}, "The rows recomputed from movements and reservations."
    ),
    "Package": record(
        {"n": WHOLE, "lines": QUANTITIES, "weight_g": WHOLE, "carrier": TEXT, "service": TEXT, "tracking_number": TEXT},
        {
            "service_name": TEXT,
            "cost": {**WHOLE, "description": "Minor units of `currency`"},
            "currency": TEXT,
            "delivery_days": WHOLE,
            "box": {**TEXT, "description": "The carton of the shop; empty: none"},
            **{name: {**WHOLE, "description": "Outside; 0: not known"} for name in ("length_mm", "width_mm", "height_mm")},
            "note": TEXT,
            "sscc": TEXT,
            "shipment": {**TEXT, "description": "The carrier's own id of what was bought; empty: the label is our own"},
            "label": {"enum": ["", "voiding", "voided", "void_refused"], "description": "What has become of a label that is not to be used"},
            "return_label": maybe(
                record(
                    {
                        **{name: TEXT for name in ("carrier", "service", "service_name", "tracking_number", "link")},
                        "cost": WHOLE,
                        "currency": CURRENCY,
                        "status": {"enum": ["buying", "bought", "voiding", "voided", "void_refused"]},
                        "mailed": FLAG,
                        "tracking": maybe(record({"status": TEXT, "code": TEXT, "at": INSTANT})),
                    },
                    {},
                    "What brings it back",
                )
            ),
            "reprints": {**WHOLE, "description": "How often its label was printed once more"},
            "manifest": {**TEXT, "description": "The list on which its carrier takes it; empty: none yet"},
            "status": TEXT,
            "tracking": maybe(record({"status": TEXT, "code": TEXT, "at": INSTANT})),
            "links": record({"label": TEXT, "packing_slip": TEXT}, {"packing_plan": TEXT}),
        },
    ),
    "PackingProposal": record(
        {
            "fulfilment_order": FO_ID,
            "leaves": {"type": "string", "format": "date"},
            "packages": array(
                record(
                    {
                        **{name: WHOLE for name in ("n", "weight_g", "length_mm", "width_mm", "height_mm")},
                        "lines": QUANTITIES,
                        "box": TEXT,
                        "note": TEXT,
                        "placed": array(record({"line": TEXT, "sku": TEXT, "at_mm": array(WHOLE), "lengths_mm": array(WHOLE)})),
                        "marks": array(record({"sign": TEXT, "text": TEXT})),
                        "offers": array(record({"carrier": TEXT, "service": TEXT, "price": WHOLE, "currency": TEXT, "delivery_days": WHOLE}, {"service_name": TEXT, "made_of": {"type": "object"}})),
                    }
                )
            ),
            "cost": {**WHOLE, "description": "Cartons and carriage, in minor units of `currency`"},
            "cost_of_cartons": WHOLE,
            "currency": CURRENCY,
            "in_time": FLAG,
            "ways_compared": WHOLE,
            "saved": {**WHOLE, "description": "Against the fewest cartons, each sent by itself"},
        },
        {},
        "How a fulfilment order would be packed now. The first of a package's offers is the one that packing takes.",
    ),
    "FulfilmentOrder": record(
        {
            "id": FO_ID,
            "order_id": ORDER_ID,
            "order_number": TEXT,
            "node": TEXT,
            "status": {"enum": FO_STATUSES},
            "requested_at": INSTANT,
            "lines": {
                "type": "object",
                "additionalProperties": record({"sku": TEXT, "title": TEXT, "quantity": WHOLE, "picked": WHOLE, "packed": WHOLE, "shipped": WHOLE}),
            },
            "ship_to": ref("Address"),
            "service": record({"method": TEXT}, {"promise_days": WHOLE}),
            "packages": array(ref("Package")),
        },
        {
            "note": TEXT,
            "pickup": record({"node": TEXT}, {"until": maybe(INSTANT)}, "Its customer fetches it there; once it waits, `until` then"),
            "buying": record({"since": INSTANT, "waits": TEXT}, {}, "Its labels are being bought; `waits` says why they are not yet"),
            "supported_actions": {**array(TEXT), "description": "What may be done with it now: names of the routes below it"},
            "pause": {
                **maybe(record({"reason": TEXT, "by": TEXT, "since": INSTANT}, {"until": maybe(INSTANT), "goes_on": TEXT, "lines": QUANTITIES})),
                "description": "Why it stands still: on hold, or somebody asks to cancel these lines (none named: all) and is to be answered by `until`",
            },
        },
        "One node's work on an order: what to pick and where it goes.",
    ),
    "ReturnLabelIn": record({}, {"mail": {**FLAG, "description": "Send it to the customer; once"}}),
    "PrintIn": record({}, {"format": {"enum": ["pdf", "zpl"]}, "dpi": {"enum": [203, 300]}}),
    "LabelBatchIn": record(
        {}, {"fulfilment_orders": {**array(FO_ID), "minItems": 1, "maxItems": 100}, "wave": TEXT, "node": TEXT, "format": {"enum": ["pdf", "zpl"]}, "dpi": {"enum": [203, 300]}}, "Exactly one of `fulfilment_orders`, `wave` and `node`."
    ),
    "LabelBatch": record(
        {
            "url": {**maybe(TEXT), "description": "Where the file can be fetched for a quarter of an hour; null where nothing could be printed"},
            "printed": array(record({"fulfilment_order": FO_ID, "package": WHOLE})),
            "failed": array(record({"fulfilment_order": TEXT, "package": maybe(WHOLE), "problem": TEXT})),
            "more": {**FLAG, "description": "There is more than the 100 labels that one file holds"},
        },
        description="Labels in one file, in the order in which they were asked for.",
    ),
    "Manifest": record(
        {
            **{name: TEXT for name in ("id", "node", "carrier", "by")},
            "date": DAY,
            "number": {**WHOLE, "description": "Which one of the day"},
            "status": {"enum": ["closing", "closed", "handed_over"]},
            "at": INSTANT,
            "handed_over_at": maybe(INSTANT),
            "totals": record({"packages": WHOLE, "weight_g": WHOLE, "services": QUANTITIES}),
            "packages": array(
                record(
                    {
                        "fulfilment_order": FO_ID,
                        "package": WHOLE,
                        **{name: TEXT for name in ("tracking_number", "service", "sscc")},
                        "weight_g": WHOLE,
                        "status": {"enum": ["manifested", "handed_over"]},
                        "problem": {**TEXT, "description": "Why it has not left with the others"},
                    }
                )
            ),
            "form": maybe(record({"id": TEXT, "problem": TEXT}, {}, "The carrier's own form, where it wants one")),
            "links": record({"sheet": TEXT}, {"form": TEXT}),
        },
        description="Packages that a carrier takes from a node on a day; each is on one manifest at most.",
    ),
    "ManifestIn": record({"carrier": TEXT, "date": DAY}, {"node": {**TEXT, "description": "A node's own key need not name it"}}),
    "Wave": record(_WAVE, description="Fulfilment orders that one person picks on one walk, in the order of their slots on the cart."),
    "Waves": record({"items": array(ref("Wave"))}),
    "WaveWay": record({**_WAVE, "stops": array(ref("Stop"))}, description="A wave and the way through it, in walking order."),
    "WavePicked": record(
        {**_WAVE, "refused": array(record({"fulfilment_order": TEXT, "line": TEXT, "picked": WHOLE, "problem": TEXT}))},
        description="The wave after some picks; what could not be noted stands under `refused`, with what to do with the goods.",
    ),
    "Stop": record(
        {
            "bin": TEXT,
            "sku": TEXT,
            "title": TEXT,
            "codes": array(TEXT),
            "takes": array(record({"slot": WHOLE, "fulfilment_order": FO_ID, "line": TEXT, "quantity": WHOLE, "picked": WHOLE})),
        },
        description="One SKU in one bin; `codes` are what a scanner may read on it, leading zeros aside.",
    ),
    "WaveIn": record(
        {},
        {
            "node": TEXT,
            "fulfilment_orders": array(FO_ID),
            "rule": record({}, {"most": WHOLE, "by": {"enum": ["oldest", "due", "bins"]}, "single": FLAG, "skus": array(TEXT), "methods": array(TEXT)}),
        },
    ),
    "TakeIn": record({"device": TEXT}, {"picker": TEXT, "over": FLAG}),
    "WaveShortIn": record({"device": TEXT, "fulfilment_order": FO_ID, "line": TEXT, "there": WHOLE, "reason": TEXT}),
    "PicksIn": record({"device": TEXT, "picks": array(record({"fulfilment_order": FO_ID, "line": TEXT, "picked": WHOLE}))}),
    "Bins": record({"bins": {"type": "object", "additionalProperties": TEXT}}, description="Where SKUs lie at a node."),
    "Moved": record({"fulfilment_order": FO_ID, "to": TEXT, "status": {"enum": FO_STATUSES}}, {}, "It is given back, and comes to the other node as a fulfilment order of its own."),
    "Reshipped": record({"order": ORDER_ID, "external_reference": TEXT, "replaces": {"type": "object"}}, {}, "The replacement, an order like any other that costs nothing"),
    "FulfilmentSummary": record(
        {"id": FO_ID, "node": TEXT, "status": {"enum": FO_STATUSES}, "lines": {"type": "object"}},
        {
            "order_id": ORDER_ID,
            "version": WHOLE,
            "since": INSTANT,
            "packages": array(record({"n": WHOLE}, {"tracking_number": TEXT, "carrier": TEXT, "service": TEXT})),
        },
        "What one node ships of an order.",
    ),
    "TrackingTaken": record({"status": TEXT}, {"fulfilment_order": FO_ID}),
    "Carrier": record(_CARRIER, {}, "Who carries for the shop. `tariffs`: imported price lists, each with the day from which it holds."),
    "CarrierImported": record({**_CARRIER, "imported": record({"version": TEXT, "from": DAY, "services": WHOLE, "zones": WHOLE})}),
    "Purchase": record(
        {"carrier": TEXT, "key": TEXT, "state": {"enum": ["bought", "nothing"]}, "tracking_number": maybe(TEXT), "reference": TEXT, "asked": INSTANT},
        {},
        "A label of which nobody knew whether the carrier had made it, and what a person has found.",
    ),
    "AddressVerified": record({"carrier": TEXT, "address": ref("Address"), "changed": {**array(TEXT), "description": "What the carrier writes otherwise"}}),
    "AddressVerifyIn": record({"carrier": {**TEXT, "description": "One of the kind easypost"}, "address": ref("Address")}),
    "PurchaseIn": record({"tracking_number": {"type": "string", "pattern": "^[A-Za-z0-9]{0,40}$", "description": "As the carrier's account has it; empty where no label was made"}}),
    "CarrierIn": record(
        {"name": {"type": "string", "maxLength": 120}},
        {"kind": {"enum": ["tariff", "easypost", "karrio"]}, "currency": CURRENCY, "tracking_url": {**TEXT, "description": "https, with {tracking_number} in it"}, "settings": {"type": "object"}},
    ),
    "ParcelCase": record(
        {
            "id": TEXT,
            "kind": {"enum": ["no_label", "void_refused", "delayed", "undeliverable", "lost", "returning", "not_collected"]},
            "status": {"enum": ["open", "closed"]},
            "fulfilment_order": FO_ID,
            "node": TEXT,
            "package": {**WHOLE, "description": "0: the fulfilment order as a whole"},
            "carrier": TEXT,
            "tracking_number": TEXT,
            "about": TEXT,
            "opened": INSTANT,
            "closed": maybe(INSTANT),
            "why": TEXT,
            "by": TEXT,
        },
        {},
        "A parcel, or work without a label, that a person must look at. It closes by itself when it was delivered, or labelled.",
    ),
    "Case": record(
        {
            "id": TEXT,
            "kind": {
                "enum": [
                    "missing_here", "missing_there", "amount_differs", "currency_differs", "fee_unknown", "payout_does_not_sum", "dispute_unseen",
                    "row_does_not_add_up",
                ]
            },
            "status": {"enum": ["open", "closed"]},
            "gateway": TEXT,
            "about": {**TEXT, "description": "What both sides call it: `charge/…`, `refund/…`, `dispute/…`, `payout/…`, `row/…`"},
            "order_id": maybe(ORDER_ID),
            "amount": {**AMOUNT, "description": "The money at stake"},
            "currency": CURRENCY,
            "ours": maybe(AMOUNT),
            "theirs": maybe(AMOUNT),
            "opened": INSTANT,
            "closed": maybe(INSTANT),
            "why": TEXT,
            "by": TEXT,
        },
        {},
        "A difference between a gateway's books and ours. It closes by itself when both sides agree.",
    ),
    "JournalEntry": record(
        {
            "id": TEXT,
            "date": {"type": "string", "format": "date"},
            "at": INSTANT,
            "order_id": maybe(ORDER_ID),
            "event": TEXT,
            "event_id": TEXT,
            "currency": CURRENCY,
            "postings": array(record({"account": TEXT, "amount": AMOUNT, "currency": CURRENCY})),
            "memo": TEXT,
        },
        {},
        "A balanced entry: debits are positive, credits negative, and they sum to zero.",
    ),
}
