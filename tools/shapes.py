"""What the API answers, as JSON Schema (2020-12, as OpenAPI 3.1 wants it). Requests come from the doors' own models."""

from __future__ import annotations

from tools.fulfilment_shapes import FULFILMENT
from tools.money_shapes import MONEY
from tools.schema import (
    AMOUNT,
    CURRENCY,
    DAY,
    FLAG,
    INSTANT,
    ORDER_ID,
    QUANTITIES,
    STATUSES,
    TEXT,
    WHOLE,
    Schema,
    array,
    maybe,
    record,
    ref,
)
from tools.shop_shapes import CARTON, ITEM, NODE
from tools.stock_shapes import STOCK

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
            "shipping": record({"method": TEXT}, {"promise_days": WHOLE, "pickup_node": TEXT, "ship_not_before": DAY}),
            "holds": array(ref("Hold")),
            "tenders": array(record({"kind": {"enum": ["card", "gift_card", "store_credit", "channel", "terms", "cod"]}, "amount": AMOUNT}, {"gateway": TEXT, "reference": TEXT})),
            "fulfilment_orders": array(ref("FulfilmentSummary")),
            "payments": ref("Payments"),
            "note": TEXT,
            "taxes": array(record({**_NAMED_AMOUNT, "rate": TEXT}, description="What a jurisdiction takes, of the order's `tax`; `rate` in percent")),
            "charges": array(record(_NAMED_AMOUNT, description="What the `fees` are made of")),
            "groups": array(record({"id": TEXT, "method": TEXT, "promise_days": WHOLE}, {"ship_not_before": DAY}, description="Ship groups beside the order's own")),
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
    **MONEY,
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
    "CartonIn": record(*CARTON),
    "Carton": record({"id": TEXT, **CARTON[0]}, {**CARTON[1], "version": WHOLE, "changes": array({"type": "object"})}, "A carton of the shop."),
    "NodeIn": record(*NODE),
    "Node": record(
        {"id": TEXT, **NODE[0]},
        {**NODE[1], "version": WHOLE, "changes": array({"type": "object"}), "secrets": {"type": "object", "additionalProperties": TEXT, "description": "Which secrets it takes: their names in Secrets Manager"}},
        "A place that ships.",
    ),
    "ItemIn": record(*ITEM),
    "Item": record({"sku": TEXT, **ITEM[0]}, {**ITEM[1], "version": WHOLE, "changes": array({"type": "object"})}, "A SKU of the shop."),
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
    **STOCK,
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
    **FULFILMENT,
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
