"""What answers about money look like: payments, refunds, credits, tenders, gateways, edits."""

from __future__ import annotations

from tools.schema import (
    AMOUNT,
    CURRENCY,
    FLAG,
    INSTANT,
    TEXT,
    WHOLE,
    Schema,
    array,
    maybe,
    record,
    ref,
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
_CREDIT: dict[str, Schema] = {
    "id": TEXT,
    "kind": {"enum": ["gift_card", "store_credit"]},
    "currency": CURRENCY,
    "balance": AMOUNT,
    "held": AMOUNT,
    "entries": array(record({"type": TEXT, "at": INSTANT, "amount": AMOUNT}, {"reference": TEXT, "by": TEXT, "reason": TEXT, "paid_to": TEXT})),
}
MONEY: dict[str, Schema] = {
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
}
