"""WooCommerce's REST v3, as far as orders, their notes and the stock of products go."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from local.receiver.shelves import Shelves
from local.receiver.shops import Order, Shops, now

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "trash")
Reply = tuple[int, Any]


class WooShop:
    """Answers REST for one channel."""

    def __init__(self, channel: str, shops: Shops, shelves: Shelves) -> None:
        self.channel = channel
        self.shops = shops
        self.shelves = shelves

    def answer(self, method: str, parts: list[str], body: Any, query: dict[str, str] | None = None) -> Reply:
        """`parts` is the path below `/wp-json/wc/v3/`."""
        with self.shops.lock:
            if parts == ["orders"] and method == "GET":
                return self._orders(query or {})
            if parts == ["products"] and method == "GET":
                return self._products(query or {})
            if parts == ["products", "batch"] and method == "POST":
                return self._batch(body)
            if len(parts) < 2 or parts[0] != "orders":
                return error(404, "rest_no_route", "No route was found matching the URL and request method.")
            order = self.shops.order(self.channel, parts[1]) if parts[1].isdecimal() else None
            if order is None:
                return error(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
            if parts[2:] == ["notes"]:
                return self._notes(method, order, body)
            if parts[2:] == ["refunds"]:
                return self._refunds(method, order, body)
            return self._order(method, order, body) if not parts[2:] else error(404, "rest_no_route", "No route was found.")

    def _orders(self, query: dict[str, str]) -> Reply:
        if query.get("dates_are_gmt") != "true":
            return error(400, "rest_invalid_param", "Invalid parameter(s): dates_are_gmt")
        found = self.shops.documents(self.channel, "date_modified_gmt", query["modified_after"], query["modified_before"])
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        return 200, [order["document"] for order in found[(page - 1) * size : page * size]]

    def _products(self, query: dict[str, str]) -> Reply:
        found = [(sku, number) for sku in query.get("sku", "").split(",") if (number := self.shelves.found(self.channel, sku)) is not None]
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        shown = found[(page - 1) * size : page * size]
        return 200, [{"id": number, "sku": sku, "parent_id": 0, "type": "simple"} for sku, number in shown]

    def _batch(self, body: Any) -> Reply:
        """Each for itself: one that is wrong keeps no other from being done."""
        changes = body.get("update") if isinstance(body, dict) else None
        if not isinstance(changes, list) or len(changes) > 100:
            return error(413, "woocommerce_rest_request_entity_too_large", "Unable to accept more than 100 items for this request.")
        answers: list[dict[str, Any]] = []
        for each in changes:
            sku = self.shelves.sku(self.channel, each["id"])
            if sku is None or self.shelves.number(sku) is None:
                answers.append({"id": each["id"], "error": error(400, "woocommerce_rest_product_invalid_id", "Invalid ID.")[1]})
            else:
                self.shelves.show(self.channel, {sku: each["stock_quantity"]})
                answers.append({"id": each["id"], "sku": sku, "manage_stock": each.get("manage_stock"), "stock_quantity": each["stock_quantity"]})
        return 200, {"update": answers}

    def _order(self, method: str, order: Order, body: Any) -> Reply:
        if method == "PUT":
            wrong = _wrong_change(body)
            if wrong:
                return error(400, "rest_invalid_param", f"Invalid parameter(s): {wrong}")
            order["status"] = body.get("status", order["status"])
            for meta in body.get("meta_data", []):
                order["meta_data"] = [known for known in order["meta_data"] if known["key"] != meta["key"]] + [meta]
            self.shops.save(self.channel, order)
            self.shops.note(self.channel, order["reference"], "order", body)
        return 200, {**order.get("document", {}), "id": int(order["reference"]), "status": order["status"], "meta_data": order["meta_data"]}

    def _refunds(self, method: str, order: Order, body: Any) -> Reply:
        """Money alone, by the payment plugin, and no more than the order has left."""
        document = order.setdefault("document", {})
        known = document.setdefault("refunds", [])
        if method == "GET":
            return 200, known
        if not isinstance(body, dict) or set(body) != {"amount", "reason", "api_refund", "api_restock"} or body["api_restock"] is not False:
            return error(400, "rest_invalid_param", "Invalid parameter(s)")
        left = Decimal(document.get("total", "0")) + sum(Decimal(each["total"]) for each in known)
        if not 0 < Decimal(body["amount"]) <= left:
            return error(400, "woocommerce_rest_invalid_order_refund", "Refund amount is greater than the order's.")
        made = {"id": 9000 + len(known), "reason": body["reason"], "total": f"-{body['amount']}"}
        known.append(made)
        document["date_modified_gmt"] = now()[:19]
        self.shops.save(self.channel, order)
        self.shops.note(self.channel, order["reference"], "refund", body)
        return 201, made

    def _notes(self, method: str, order: Order, body: Any) -> Reply:
        if method == "GET":
            return 200, order["notes"]
        if not isinstance(body, dict) or not isinstance(body.get("note"), str) or not body["note"]:
            return error(400, "rest_missing_callback_param", "Missing parameter(s): note")
        number, shown = len(order["notes"]) + 1, bool(body.get("customer_note"))
        note = {"id": number, "note": body["note"], "customer_note": shown, "date_created": now()}
        order["notes"].append(note)
        self.shops.save(self.channel, order)
        self.shops.note(self.channel, order["reference"], "note", body)
        return 201, note


def _wrong_change(body: Any) -> str:
    if not isinstance(body, dict):
        return "body"
    unknown = set(body) - {"status", "meta_data"}
    metas = body.get("meta_data", [])
    if unknown or body.get("status", "completed") not in STATUSES:
        return ", ".join(sorted(unknown)) or "status"
    well_formed = isinstance(metas, list) and all(isinstance(meta, dict) and isinstance(meta.get("key"), str) for meta in metas)
    return "" if well_formed else "meta_data"


def error(status: int, code: str, message: str) -> Reply:
    return status, {"code": code, "message": message, "data": {"status": status}}
