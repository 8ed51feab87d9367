"""Stripe's PaymentIntents and refunds as its documentation has them: keys, states, multicapture, ceilings, expiry."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import parse_qsl

import jsonschema

from tests.payments.strict import No, Reply, Strict, judged, spec

KEY = "sk_test_strict"
CARDS = {"pm_good": "", "pm_declined": "insufficient_funds", "pm_challenge": "", "pm_single": ""}
SINCE = ("request_multicapture", "final_capture")
"""Younger than the specification at hand: held against the official SDK instead (test_requests_are_the_vendors_own)."""


class StrictStripe(Strict):
    def __init__(self) -> None:
        super().__init__()
        self.intents: dict[str, dict[str, Any]] = {}
        self.made: list[dict[str, Any]] = []
        self.captured: dict[str, list[int]] = {}

    def parse(self, method: str, path: str, body: bytes) -> tuple[str, Any]:
        bare, _, query = path.partition("?")
        return bare, nested(body.decode() if method == "POST" else query)

    def key_reused(self) -> Reply:
        return 400, {"error": {"type": "idempotency_error", "message": "another request"}}

    def answer(self, method: str, path: str, told: Any, headers: dict[str, str]) -> Reply:
        if headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"error": {"type": "invalid_request_error"}}
        name = re.sub(r"pi_\w+", "{intent}", path)
        try:
            judged("stripe", f"{method} {name}", typed(_without(told), spec("stripe")["requests"].get(f"{method} {name}", {})))
        except (KeyError, jsonschema.ValidationError) as wrong:
            return 400, _error("parameter_unknown", message=str(wrong)[:300])
        if path == "/v1/payment_intents":
            return self._create(told) if method == "POST" else (200, _list(list(reversed(self.intents.values()))))
        if path == "/v1/payment_intents/search":
            wanted = re.fullmatch(r"metadata\['key'\]:'([^']+)'", told["query"])
            return 200, _list([made for made in self.intents.values() if wanted and made["metadata"].get("key") == wanted[1]])
        if path == "/v1/refunds":
            return self._refund(told) if method == "POST" else (200, _list([r for r in self.made if r["payment_intent"] == told["payment_intent"]]))
        if path == "/v1/disputes":
            return 200, _list([])
        intent = self.intents.get(path.split("/")[3])
        if intent is None:
            return 404, _error("resource_missing")
        verb = path.split("/")[4] if path.count("/") == 4 else "retrieve" if method == "GET" else "update"
        return getattr(self, f"_{verb}")(intent, told)

    def _create(self, told: dict[str, Any]) -> Reply:
        if told["payment_method"] not in CARDS:
            return 400, _error("resource_missing")
        options = told.get("payment_method_options", {}).get("card", {})
        several = options.get("request_multicapture") == "if_available" and told["payment_method"] != "pm_single"
        intent = {
            "id": f"pi_{len(self.intents) + 1}", "object": "payment_intent", "amount": int(told["amount"]), "currency": told["currency"],
            "status": "requires_confirmation", "amount_capturable": 0, "amount_received": 0, "metadata": told["metadata"],
            "created": int(time.time()), "capture_method": told["capture_method"], "payment_method": told["payment_method"], "latest_charge": None, "several": several,
        }  # fmt: skip
        self.intents[intent["id"]], self.captured[intent["id"]] = intent, []
        if told.get("confirm") != "true":
            return 200, intent
        status, answer = self._confirm(intent, told)
        return (status, answer) if status == 200 else (status, {"error": answer["error"] | {"payment_intent": intent}})

    def _retrieve(self, intent: dict[str, Any], told: Any) -> Reply:
        return 200, intent

    def _update(self, intent: dict[str, Any], told: Any) -> Reply:
        intent["metadata"] |= told["metadata"]
        return 200, intent

    def _confirm(self, intent: dict[str, Any], told: Any) -> Reply:
        _must(intent, "requires_confirmation")
        means = intent["payment_method"]
        if CARDS[means]:
            intent |= {"status": "requires_payment_method", "last_payment_error": {"code": "card_declined", "decline_code": CARDS[means]}}
            return 402, _error("card_declined", type="card_error", decline_code=CARDS[means])
        if means == "pm_challenge":
            intent["status"] = "requires_action"
            return 200, intent
        card = {"capture_before": 1796000000, "multicapture": {"status": "available" if intent["several"] else "unavailable"}}
        charge = {"id": f"ch_{intent['id']}", "payment_method_details": {"type": "card", "card": card}}
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"], "latest_charge": charge}
        return 200, intent

    def _capture(self, intent: dict[str, Any], told: dict[str, Any]) -> Reply:
        _must(intent, "requires_capture")
        amount, final = int(told["amount_to_capture"]), told.get("final_capture") != "false"
        if not 0 < amount <= intent["amount_capturable"]:
            return 400, _error("amount_too_large")
        if not final and not intent["several"]:
            return 400, _error("parameter_invalid", message="final_capture")
        self.captured[intent["id"]].append(amount)
        intent["amount_received"] += amount
        left = 0 if final else intent["amount_capturable"] - amount
        intent |= {"amount_capturable": left, "status": "requires_capture" if left else "succeeded"}
        return 200, intent

    def _cancel(self, intent: dict[str, Any], told: Any) -> Reply:
        if intent["status"] in ("succeeded", "canceled"):
            raise No(400, _error("payment_intent_unexpected_state"))
        intent |= {"status": "succeeded" if intent["amount_received"] else "canceled", "amount_capturable": 0}
        return 200, intent

    def _refund(self, told: dict[str, Any]) -> Reply:
        intent, amount = self.intents[told["payment_intent"]], int(told["amount"])
        returned = sum(made["amount"] for made in self.made if made["payment_intent"] == intent["id"])
        if amount > intent["amount_received"] - returned:
            return 400, _error("charge_already_refunded")
        made = {
            "id": f"re_{len(self.made) + 1}", "object": "refund", "amount": amount, "currency": intent["currency"], "status": "succeeded",
            "payment_intent": intent["id"], "metadata": told["metadata"],
        }  # fmt: skip
        self.made.append(made)
        return 200, made

    def expire(self, reference: str) -> None:
        """What Stripe does by itself when an authorisation ends."""
        self.intents[reference] |= {"status": "canceled", "cancellation_reason": "automatic", "amount_capturable": 0}

    # The truth, for the conformance suite

    def _of(self, order_id: str) -> list[dict[str, Any]]:
        return [intent for intent in self.intents.values() if intent["metadata"].get("order_id") == order_id]

    def authorised(self, order_id: str) -> int:
        return sum(intent["status"] in ("requires_capture", "succeeded") for intent in self._of(order_id))

    def captures(self, order_id: str) -> list[int]:
        return [amount for intent in self._of(order_id) for amount in self.captured[intent["id"]]]

    def refunds(self, order_id: str) -> list[int]:
        mine = {intent["id"] for intent in self._of(order_id)}
        return [made["amount"] for made in self.made if made["payment_intent"] in mine]


def nested(form: str) -> dict[str, Any]:
    """`a[b]=c` → {"a": {"b": "c"}}; lists as `a[0]` become lists."""
    whole: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *path, last = [part.rstrip("]") for part in name.split("[")]
        place = whole
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return {name: _listed(value) for name, value in whole.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(each) for name, each in value.items()}
    return list(inner.values()) if inner and all(name.isdecimal() for name in inner) else inner


def typed(value: Any, schema: dict[str, Any]) -> Any:
    """Words of a form as the schema's types."""
    if isinstance(value, dict):
        fields = next((each for each in [schema, *schema.get("anyOf", [])] if "properties" in each), {}).get("properties", {})
        return {name: typed(each, fields.get(name, {})) for name, each in value.items()}
    if schema.get("type") == "integer" and str(value).isdecimal():
        return int(value)
    return {"true": True, "false": False}.get(value, value) if schema.get("type") == "boolean" else value


def _without(told: Any) -> Any:
    if not isinstance(told, dict):
        return told
    return {name: _without(value) for name, value in told.items() if name not in SINCE}


def _must(intent: dict[str, Any], status: str) -> None:
    if intent["status"] != status:
        raise No(400, _error("payment_intent_unexpected_state"))


def _list(data: list[Any]) -> dict[str, Any]:
    return {"object": "list", "has_more": False, "data": data}


def _error(code: str, type: str = "invalid_request_error", **more: Any) -> dict[str, Any]:
    return {"error": {"type": type, "code": code, **more}}
