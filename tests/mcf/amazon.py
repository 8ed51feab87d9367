"""Amazon's Fulfillment Outbound API as far as we call it: it knows what it was asked for, and what became of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult

from waybill.aws import outbound

BASE = "/fba/outbound/2020-07-01/fulfillmentOrders"


@dataclass
class Amazon:
    """`orders` by our id: what was asked and its status; `shipments` by our id; `refuses` the next creation with these words, `late` every cancellation;
    `lost`: so many answers to creations never arrive."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    shipments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    refuses: str = ""
    late: bool = False
    lost: int = 0

    def __call__(self, method: str, target: SplitResult, headers: Any, body: bytes, seconds: float) -> outbound.Reply:
        if target.path.endswith("/token"):
            return _reply(200, {"access_token": "token", "expires_in": 3600})
        said = json.loads(body) if body else None
        self.calls.append((method, target.path, said))
        id = target.path.removeprefix(BASE).strip("/").removesuffix("/cancel")
        if method == "POST":
            return self._created(said)
        if id not in self.orders:
            return _reply(404, {"errors": [{"code": "NotFound", "message": "not found"}]})
        if method == "PUT":
            if self.late:
                return _reply(400, {"errors": [{"code": "InvalidInput", "message": "cannot be cancelled"}]})
            self.orders[id]["status"] = "CANCELLED"
            return _reply(200, {})
        return _reply(200, {"payload": self._payload(id)})

    def ships(self, id: str, *parcels: dict[str, Any], status: str = "COMPLETE") -> None:
        """Each parcel {"items": {sku: units}, "number", "carrier"} as a package of one shipment."""
        packages = [{"packageNumber": n, "carrierCode": each.get("carrier", "AMZN_US"), **({"trackingNumber": each["number"]} if each.get("number") else {})} for n, each in enumerate(parcels, 1)]
        items = [
            {"sellerSku": sku, "sellerFulfillmentOrderItemId": "1", "quantity": units, "packageNumber": n}
            for n, each in enumerate(parcels, 1)
            for sku, units in each["items"].items()
        ]
        self.shipments[id] = [
            {"amazonShipmentId": "A1", "fulfillmentCenterId": "RNO1", "fulfillmentShipmentStatus": "SHIPPED", "fulfillmentShipmentItem": items, "fulfillmentShipmentPackage": packages},
            {"amazonShipmentId": "A2", "fulfillmentCenterId": "RNO1", "fulfillmentShipmentStatus": "CANCELLED_BY_FULFILLER", "fulfillmentShipmentItem": items},
        ]
        self.orders[id]["status"] = status

    def _created(self, said: dict[str, Any]) -> outbound.Reply:
        if self.refuses:
            words, self.refuses = self.refuses, ""
            return _reply(400, {"errors": [{"code": "InvalidInput", "message": words}]})
        if said["sellerFulfillmentOrderId"] in self.orders:
            return _reply(400, {"errors": [{"code": "InvalidInput", "message": "already exists"}]})
        self.orders[said["sellerFulfillmentOrderId"]] = {"asked": said, "status": "RECEIVED"}
        if self.lost:
            self.lost -= 1
            return _reply(503, {})
        return _reply(200, {})

    def _payload(self, id: str) -> dict[str, Any]:
        asked = {name: value for name, value in self.orders[id]["asked"].items() if name != "items"}
        order = {**asked, "fulfillmentOrderStatus": self.orders[id]["status"], "receivedDate": "2026-11-29T22:00:00Z", "statusUpdatedDate": "2026-11-29T22:00:00Z"}
        return {"fulfillmentOrder": order, "fulfillmentOrderItems": [], "fulfillmentShipments": self.shipments.get(id, []), "returnItems": [], "returnAuthorizations": []}


def _reply(status: int, body: Any) -> outbound.Reply:
    return outbound.Reply(status, {}, json.dumps(body).encode())
