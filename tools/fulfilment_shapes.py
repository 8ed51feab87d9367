"""What answers about fulfilment look like: work, parcels, waves, carriers, manifests, collections."""

from __future__ import annotations

from tools.schema import (
    AMOUNT,
    CURRENCY,
    DAY,
    FLAG,
    FO_ID,
    FO_STATUSES,
    INSTANT,
    ORDER_ID,
    QUANTITIES,
    TEXT,
    WHOLE,
    Schema,
    array,
    maybe,
    record,
    ref,
)

_CARRIER: dict[str, Schema] = {
    **{name: TEXT for name in ("id", "name", "currency", "tracking_url")},
    "kind": {"enum": ["tariff", "easypost", "karrio"]},
    "settings": {"type": "object"},
    "services": array(record({"id": TEXT, "name": TEXT})),
    "tariffs": array(record({"from": DAY, "version": TEXT})),
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
FULFILMENT: dict[str, Schema] = {
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
            "labelled_by_node": {**FLAG, "description": "Under the node's own account with a carrier: label and papers are there, and are not read, printed or given back here"},
            "links": record({}, {"label": TEXT, "packing_slip": TEXT, "packing_plan": TEXT}, "Its papers; none where its node has made them"),
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
                "additionalProperties": record({"sku": TEXT, "title": TEXT, "quantity": WHOLE, "picked": WHOLE, "packed": WHOLE, "shipped": WHOLE, "collected": {**WHOLE, "description": "Fetched at the store"}}),
            },
            "ship_to": ref("Address"),
            "service": record({"method": TEXT}, {"promise_days": WHOLE}),
            "packages": array(ref("Package")),
        },
        {
            "note": TEXT,
            "ship_not_before": {**DAY, "description": "The day before which its node is not asked; not there once it was"},
            "opens_at": {**INSTANT, "description": "When that day begins at the node"},
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
    "RescheduleIn": record({"ship_not_before": {**DAY, "description": "A day that lies ahead, at most 180"}}),
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
    "Collection": record(
        {
            **{name: TEXT for name in ("id", "node", "carrier", "by", "place", "instructions", "timezone")},
            "date": DAY,
            "number": {**WHOLE, "description": "Which one of that carrier's on that day at that node"},
            "status": {
                "enum": ["requested", "booking", "booked", "agreed", "cancelling", "cancelled", "refused", "missed"],
                "description": "requested, booking, cancelling: its carrier has a word to say yet, and is asked again by itself; agreed: it comes every day without being booked; missed: its window ended first",
            },
            "from": {**TEXT, "description": "A time of day at the node, HH:MM"},
            "to": {**TEXT, "description": "A time of day at the node, HH:MM"},
            "earliest": INSTANT,
            "latest": INSTANT,
            "manifest": maybe(TEXT),
            "packages": WHOLE,
            "weight_g": WHOLE,
            "service": maybe(TEXT),
            "confirmation": {**maybe(TEXT), "description": "The number by which the carrier knows it"},
            "cost": maybe(record({"amount": AMOUNT, "currency": CURRENCY})),
            "problem": {**TEXT, "description": "What is wrong, or why it ended"},
            "at": INSTANT,
            "log": array(record({"at": INSTANT, "by": TEXT, "status": TEXT, "why": TEXT})),
        },
        description="A carrier's van that comes to a node and takes parcels along.",
    ),
    "CollectionIn": record(
        {"date": DAY, "from": {**TEXT, "description": "HH:MM at the node"}, "to": {**TEXT, "description": "HH:MM at the node"}},
        {
            "node": {**TEXT, "description": "A node's own key need not name it"},
            "carrier": TEXT,
            "manifest": {**TEXT, "description": "Instead of node and carrier"},
            "place": {"type": "string", "maxLength": 80, "description": "Where the parcels stand"},
            "instructions": {"type": "string", "maxLength": 200, "description": "What the driver should know"},
        },
    ),
    "CollectionCancelIn": record({}, {"reason": {"type": "string", "maxLength": 200}}),
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
}
