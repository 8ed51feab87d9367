"""What answers about stock look like: rows, movements, counts, what is on its way."""

from __future__ import annotations

from tools.schema import (
    DAY,
    FLAG,
    INSTANT,
    TEXT,
    WHOLE,
    Schema,
    array,
    record,
    ref,
)
from waybill.edi.model.record import STATUSES as STATUSES_OF_INTERCHANGES
from waybill.imports.model.record import POLICIES
from waybill.imports.model.record import STATUSES as STATUSES_OF_IMPORTS
from waybill.inventory.movements import BY_HAND

UNITS_BY_SKU: Schema = {"type": "object", "additionalProperties": WHOLE, "description": "Units by SKU"}
_CHANNEL_TOLD: Schema = record(
    {"id": TEXT, "due": WHOLE, "resending": FLAG, "shows_after_s": {"type": "number"}, "tells_after_s": {"type": "number"}, "refused": array(record({"sku": TEXT, "times": WHOLE, "again": INSTANT, "why": TEXT})), "unknown_there": array(TEXT), "failures": WHOLE, "left_alone_until": {"type": ["string", "null"]}},
    {},
    "How many SKUs are due, and what is measured: seconds until it has what we tell, and until its orders are with us",
)
_INBOUND: dict[str, Schema] = {
    "id": TEXT,
    "expected": {"type": ["string", "null"], "format": "date"},
    "version": WHOLE,
    "lines": array(record({"sku": TEXT, "units": WHOLE, "received": WHOLE, "blocked": WHOLE, "outstanding": WHOLE, "over": WHOLE})),
}
STOCK: dict[str, Schema] = {
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
}
