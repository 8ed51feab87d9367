"""Adyen's Checkout API v71 as documented: captures, cancels and refunds are only received; what came of them is told by webhook.

Requests are held against Adyen's own OpenAPI; webhooks are signed, and delivered twice and in the wrong order.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema

from tests.payments.strict import Reply, Strict, judged
from waybill.payments.adyen.webhooks import AdyenWebhooks, signature

API_KEY, ACCOUNT = "AQE-test", "WaybillECOM"
HMAC_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
GOOD, DECLINED, CHALLENGE, UNKNOWN = "GOOD_shopper", "DECLINED_shopper", "CHALLENGE_shopper", "NOBODY_shopper"
_psp = itertools.count(8800000000000001)


class StrictAdyen(Strict):
    """`hear`: where webhooks go, by `tell`."""

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, dict[str, Any]] = {}
        self.waiting: list[dict[str, Any]] = []
        self.hear: Callable[[bytes], None] = lambda raw: None

    def key_reused(self) -> Reply:
        return 422, {"errorCode": "702", "message": "another request"}

    def answer(self, method: str, path: str, told: Any, headers: dict[str, str]) -> Reply:
        if headers.get("x-api-key") != API_KEY or told["merchantAccount"] != ACCOUNT:
            return 401, {"errorCode": "000"}
        path = path.removeprefix("/v71")
        try:
            judged("adyen", f"{method} " + re.sub(r"/payments/\w+/", "/payments/{paymentPspReference}/", path), told)
        except (KeyError, jsonschema.ValidationError) as wrong:
            return 400, {"errorCode": "702", "message": str(wrong)[:300]}
        if path == "/payments":
            return self._pay(told)
        _, _, psp, verb = path.split("/")
        if psp not in self.payments:
            return 422, {"errorCode": "167"}
        return getattr(self, f"_{verb}")(psp, self.payments[psp], told)

    def _pay(self, told: dict[str, Any]) -> Reply:
        means = told["paymentMethod"]["storedPaymentMethodId"]
        if means not in ("GOOD", "DECLINED", "CHALLENGE"):
            return 422, {"errorCode": "800", "message": "Contract not found"}
        psp = str(next(_psp))
        order_id = told["metadata"]["order_id"]
        payment = {"order_id": order_id, "reference": told["reference"], "status": "", "amount": told["amount"], "captures": [], "refunds": []}
        self.payments[psp] = payment
        if means == "CHALLENGE":
            return 200, {"resultCode": "ChallengeShopper", "pspReference": psp}
        payment["status"] = "authorised" if means == "GOOD" else "refused"
        self._tell("AUTHORISATION", psp, "", told["reference"], told["amount"], means == "GOOD", "" if means == "GOOD" else "Not enough balance")
        if means == "GOOD":
            return 200, {"resultCode": "Authorised", "pspReference": psp, "amount": told["amount"]}
        return 200, {"resultCode": "Refused", "pspReference": psp, "refusalReason": "Not enough balance", "refusalReasonCode": "12"}

    def _captures(self, psp: str, payment: dict[str, Any], told: dict[str, Any]) -> Reply:
        good = payment["status"] == "authorised" and told["amount"]["value"] <= payment["amount"]["value"]
        if good:
            payment["captures"].append(told["amount"]["value"])
            payment["status"] = "captured"
        return self._received(psp, told, "CAPTURE", good, "Insufficient balance on payment")

    def _cancels(self, psp: str, payment: dict[str, Any], told: dict[str, Any]) -> Reply:
        good = payment["status"] in ("authorised", "")
        payment["status"] = "cancelled" if good else payment["status"]
        return self._received(psp, {**told, "amount": payment["amount"]}, "CANCELLATION", good, "Transaction hasn't been authorised")

    def _refunds(self, psp: str, payment: dict[str, Any], told: dict[str, Any]) -> Reply:
        good = told["amount"]["value"] <= sum(payment["captures"]) - sum(payment["refunds"])
        if good:
            payment["refunds"].append(told["amount"]["value"])
        return self._received(psp, told, "REFUND", good, "Insufficient balance on payment")

    def _received(self, psp: str, told: dict[str, Any], code: str, good: bool, reason: str) -> Reply:
        mine = str(next(_psp))
        self._tell(code, mine, psp, told["reference"], told["amount"], good, "" if good else reason)
        return 201, {"status": "received", "pspReference": mine, "paymentPspReference": psp, "reference": told["reference"]}

    def _tell(self, code: str, psp: str, original: str, reference: str, amount: dict[str, Any], good: bool, reason: str) -> None:
        item: dict[str, Any] = {
            "pspReference": psp, "originalReference": original, "merchantAccountCode": ACCOUNT, "merchantReference": reference, "amount": amount,
            "eventCode": code, "success": str(good).lower(), "reason": reason, "eventDate": "2026-11-23T10:00:00+01:00",
        }  # fmt: skip
        item["additionalData"] = {"hmacSignature": signature(item, HMAC_KEY)}
        self.waiting.append(item)

    def settle(self) -> None:
        """What is on its way arrives: the newest first, each twice."""
        waiting, self.waiting = self.waiting, []
        for item in reversed([*waiting, *waiting]):
            self.hear(json.dumps({"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}).encode())

    # The truth, for the conformance suite

    def _of(self, order_id: str) -> list[dict[str, Any]]:
        return [payment for payment in self.payments.values() if payment["order_id"] == order_id]

    def authorised(self, order_id: str) -> int:
        return sum(payment["status"] in ("authorised", "captured") for payment in self._of(order_id))

    def captures(self, order_id: str) -> list[int]:
        return [amount for payment in self._of(order_id) for amount in payment["captures"]]

    def refunds(self, order_id: str) -> list[int]:
        return [amount for payment in self._of(order_id) for amount in payment["refunds"]]


def heard_by(door: AdyenWebhooks) -> Callable[[bytes], None]:
    """A webhook as the door takes it."""

    def hear(raw: bytes) -> None:
        door.verify({}, raw, 0)
        door.read(raw)
        door.keep(raw)

    return hear
