"""PayPal's Orders v2 and Payments v2 as documented: OAuth, states, ceilings, final captures, PATCH only before authorisation.

Fields are held against PayPal's own models (`specs/paypal.json`), in requests and in what is answered here.
"""

from __future__ import annotations

import base64
import itertools
import re
from typing import Any
from urllib.parse import parse_qsl

from tests.payments.strict import No, Reply, Strict, spec
from waybill.kernel.money import decimal_string, minor_units

ID, SECRET = "client", "client-secret"
DECLINING, CHALLENGING = "declining", "challenging"
_ids = itertools.count(1)
_MODELS = {
    r"POST /v2/checkout/orders/[^/]+/authorize": "order_authorize_request",
    r"POST /v2/payments/authorizations/[^/]+/capture": "capture_request",
    r"POST /v2/payments/authorizations/[^/]+/reauthorize": "reauthorize_request",
    r"POST /v2/payments/captures/[^/]+/refund": "refund_request",
}


class StrictPayPal(Strict):
    key_header = "paypal-request-id"

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, dict[str, Any]] = {}
        self.tokens = 0
        self.lifetime = 32400
        self.signed: list[str] = []
        self.short = False

    def approved(self, means: str, amount: int, currency: str = "USD", **more: Any) -> str:
        """What the shop's page has done before us: an order made, and the buyer has approved it."""
        id = f"PP{next(_ids)}"
        unit = {"reference_id": "default", "amount": _money(amount, currency)}
        self.orders[id] = {"id": id, "intent": "AUTHORIZE", "status": "APPROVED", "purchase_units": [unit], "means": means, **more}
        return id

    def parse(self, method: str, path: str, body: bytes) -> tuple[str, Any]:
        if path == "/v1/oauth2/token":
            return path, dict(parse_qsl(body.decode()))
        return super().parse(method, path.partition("?")[0], body)

    def key_reused(self) -> Reply:
        return 422, _issue("DUPLICATE_REQUEST_ID")

    def answer(self, method: str, path: str, told: Any, headers: dict[str, str]) -> Reply:
        if path == "/v1/oauth2/token":
            return self._token(headers)
        if headers.get("authorization") != f"Bearer token-{self.tokens}":
            return 401, {"name": "AUTHENTICATION_FAILURE"}
        if path.startswith("/v2/"):
            _documented(method, path, told)
        if path == "/v1/notifications/verify-webhook-signature":
            good = told["transmission_sig"] in self.signed
            return 200, {"verification_status": "SUCCESS" if good else "FAILURE"}
        if path == "/v1/customer/disputes":
            return 200, {"items": []}
        _, _, _, kind, id, *verb = path.split("/")
        if kind == "orders":
            return self._order(method, self._the(id), told, verb)
        if method == "GET":
            return 200, self._authorisation(id)[1]
        return getattr(self, f"_{verb[0]}")(id, told)

    def _token(self, headers: dict[str, str]) -> Reply:
        if headers.get("authorization") != "Basic " + base64.b64encode(f"{ID}:{SECRET}".encode()).decode():
            return 401, {"error": "invalid_client"}
        self.tokens += 1
        return 200, {"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": self.lifetime}

    def _order(self, method: str, order: dict[str, Any], told: Any, verb: list[str]) -> Reply:
        if method == "PATCH":
            return self._patch(order, told)
        if method == "POST":
            return self._authorize(order)
        shown = {name: value for name, value in order.items() if name != "means"}
        assert shown.keys() <= spec("paypal")["models"]["order"].keys()
        return 200, shown

    def _patch(self, order: dict[str, Any], told: list[dict[str, Any]]) -> Reply:
        if order["status"] not in ("CREATED", "APPROVED", "PAYER_ACTION_REQUIRED"):
            return 422, _issue("ORDER_ALREADY_COMPLETED")
        for change in told:
            place, name = (order, "intent") if change["path"] == "/intent" else (order["purchase_units"][0], "custom_id")
            if change["path"] not in ("/intent", "/purchase_units/@reference_id=='default'/custom_id"):
                return 422, _issue("NOT_PATCHABLE")
            if (change["op"] == "add") == (name in place):
                return 422, _issue("INVALID_PATCH_OPERATION")
            place[name] = change["value"]
        return 204, None

    def _authorize(self, order: dict[str, Any]) -> Reply:
        _must(order["intent"] == "AUTHORIZE", "ACTION_DOES_NOT_MATCH_INTENT")
        _must(order["status"] != "COMPLETED", "ORDER_ALREADY_AUTHORIZED")
        _must(order["status"] == "APPROVED", "ORDER_NOT_APPROVED")
        _must(order["means"] != DECLINING, "INSTRUMENT_DECLINED")
        if order["means"] == CHALLENGING:
            order["status"] = "PAYER_ACTION_REQUIRED"
            raise No(422, _issue("PAYER_ACTION_REQUIRED"))
        unit = order["purchase_units"][0]
        unit["payments"] = {"authorizations": [_authorisation(unit["amount"])]}
        order["status"] = "COMPLETED"
        return 201, {"id": order["id"], "status": "COMPLETED"} if self.short else {name: value for name, value in order.items() if name != "means"}

    def _capture(self, id: str, told: dict[str, Any]) -> Reply:
        payments, authorisation = self._authorisation(id)
        _must(authorisation["status"] in ("CREATED", "PARTIALLY_CAPTURED"), f"AUTHORIZATION_{authorisation['status']}")
        captures = payments.setdefault("captures", [])
        amount, taken = _minor(told), sum(map(_minor, captures))
        _must(amount <= _minor(authorisation) - taken, "MAX_CAPTURE_AMOUNT_EXCEEDED")
        _must(told["invoice_id"] not in [made["invoice_id"] for made in captures], "DUPLICATE_INVOICE_ID")
        made = {
            "id": f"CAP{next(_ids)}",
            "status": "COMPLETED",
            "amount": told["amount"],
            "invoice_id": told["invoice_id"],
            "final_capture": told["final_capture"],
        }
        assert made.keys() <= spec("paypal")["models"]["orders_capture"].keys()
        captures.append(made)
        authorisation["status"] = "CAPTURED" if told["final_capture"] or taken + amount == _minor(authorisation) else "PARTIALLY_CAPTURED"
        return 201, made

    def _void(self, id: str, told: Any) -> Reply:
        _, authorisation = self._authorisation(id)
        _must(authorisation["status"] in ("CREATED", "PARTIALLY_CAPTURED", "PENDING"), "PREVIOUSLY_CAPTURED")
        authorisation["status"] = "VOIDED"
        return 204, None

    def _reauthorize(self, id: str, told: dict[str, Any]) -> Reply:
        payments, old = self._authorisation(id)
        _must(old["status"] == "CREATED", f"AUTHORIZATION_{old['status']}")
        new = _authorisation(told["amount"])
        payments["authorizations"].append(new)
        old["status"] = "VOIDED"
        return 201, new

    def _refund(self, id: str, told: dict[str, Any]) -> Reply:
        for order in self.orders.values():
            payments = order["purchase_units"][0].get("payments", {})
            capture = next((made for made in payments.get("captures", []) if made["id"] == id), None)
            if capture is not None:
                return self._refund_of(payments, capture, told)
        raise No(404, {"name": "RESOURCE_NOT_FOUND"})

    def _refund_of(self, payments: dict[str, Any], capture: dict[str, Any], told: dict[str, Any]) -> Reply:
        refunds = payments.setdefault("refunds", [])
        gone = sum(_minor(made) for made in refunds if made["links"][0]["href"].endswith(capture["id"]))
        _must(_minor(told) <= _minor(capture) - gone, "REFUND_AMOUNT_EXCEEDED")
        up = {"rel": "up", "href": f"{self.base}/v2/payments/captures/{capture['id']}", "method": "GET"}
        made = {"id": f"REF{next(_ids)}", "status": "COMPLETED", "amount": told["amount"], "custom_id": told["custom_id"], "links": [up]}
        assert made.keys() <= spec("paypal")["models"]["refund"].keys()
        refunds.append(made)
        capture["status"] = "REFUNDED" if gone + _minor(told) == _minor(capture) else "PARTIALLY_REFUNDED"
        return 201, made

    def _the(self, id: str) -> dict[str, Any]:
        if id not in self.orders:
            raise No(404, {"name": "RESOURCE_NOT_FOUND", "details": [{"issue": "INVALID_RESOURCE_ID"}]})
        return self.orders[id]

    def _authorisation(self, id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        for order in self.orders.values():
            payments = order["purchase_units"][0].get("payments", {})
            for authorisation in payments.get("authorizations", []):
                if authorisation["id"] == id:
                    return payments, authorisation
        raise No(404, {"name": "RESOURCE_NOT_FOUND"})

    # The truth, for the conformance suite

    def _payments(self, order_id: str) -> list[dict[str, Any]]:
        units = [order["purchase_units"][0] for order in self.orders.values()]
        return [unit.get("payments", {}) for unit in units if unit.get("custom_id", "").startswith(f"{order_id}/")]

    def authorised(self, order_id: str) -> int:
        held = [each for payments in self._payments(order_id) for each in payments.get("authorizations", [])]
        return sum(each["status"] in ("CREATED", "CAPTURED", "PARTIALLY_CAPTURED") for each in held)

    def captures(self, order_id: str) -> list[int]:
        return [_minor(made) for payments in self._payments(order_id) for made in payments.get("captures", [])]

    def refunds(self, order_id: str) -> list[int]:
        return [_minor(made) for payments in self._payments(order_id) for made in payments.get("refunds", [])]


def _documented(method: str, path: str, told: Any) -> None:
    """A path that PayPal's own SDK calls, with fields that its models have."""
    known = [re.sub(r"\{\w+\}", "[^/]+", each) for each in spec("paypal")["paths"]]
    assert any(re.fullmatch(each, f"{method} {path}") for each in known), f"{method} {path}"
    models = spec("paypal")["models"]
    if method == "PATCH":
        assert all(change.keys() <= models["patch"].keys() and "op" in change for change in told)
    for pattern, model in _MODELS.items():
        if re.fullmatch(pattern, f"{method} {path}"):
            fields = models[model]
            assert (told or {}).keys() <= fields.keys() and all(name in told for name, required in fields.items() if required), told
    if isinstance(told, dict) and "amount" in told:
        assert told["amount"].keys() == models["money"].keys()


def _authorisation(amount: dict[str, str]) -> dict[str, Any]:
    made = {"id": f"AUTH{next(_ids)}", "status": "CREATED", "amount": dict(amount), "expiration_time": "2026-12-22T10:00:00Z"}
    assert made.keys() <= spec("paypal")["models"]["authorization_with_additional_data"].keys()
    return made


def _must(holds: bool, issue: str) -> None:
    if not holds:
        raise No(422, _issue(issue))


def _issue(issue: str) -> dict[str, Any]:
    return {"name": "UNPROCESSABLE_ENTITY", "details": [{"issue": issue}]}


def _money(amount: int, currency: str) -> dict[str, str]:
    return {"currency_code": currency, "value": decimal_string(amount, currency)}


def _minor(told: dict[str, Any]) -> int:
    return minor_units(told["amount"]["value"], told["amount"]["currency_code"])
