"""The vendors' side of stock, as strict as each vendor says it is: which SKUs it has, what it shows, and everything that it was ever made to show."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote

import jsonschema

from local.receiver.server import Receiver
from tests.channels.receiver_world import TOKENS
from tests.flow.outside import InMemory, InMemoryShelves
from tests.listing.shop_front import ShopFront
from waybill.aws import outbound

SPECS = {name: json.loads((Path(__file__).with_name("specs") / f"{name}.json").read_text()) for name in ("square", "amazon")}
HAS = {"TEA": "11", "CUP": "12", 'A "B", C': "13"}
FULL = 500_000
"""No vendor of ours shows so much: it refuses that number and takes the others."""
Answer = tuple[int, Any]


@dataclass
class Shelf:
    """`log` is every number that was shown, in its order; `faults` are answers to give first."""

    has: dict[str, str] = field(default_factory=lambda: dict(HAS))
    shows: dict[str, int] = field(default_factory=dict)
    log: list[tuple[str, int]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[outbound.Reply | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Of those that need something more."""

    def __call__(self, method: str, target: SplitResult, headers: Mapping[str, str], body: bytes, seconds: float) -> outbound.Reply:
        """In the place of the network. A fault of None lets a call pass."""
        if "token" in target.path:
            return outbound.Reply(200, {}, b'{"access_token": "t", "expires_in": 3600}')
        self.calls.append(f"{method} {target.path}")
        if self.faults and (fault := self.faults.pop(0)) is not None:
            return fault
        status, answer = self.answer(method, target, headers, body)
        return outbound.Reply(status, {}, b"" if answer is None else json.dumps(answer).encode())

    def answer(self, method: str, target: SplitResult, headers: Mapping[str, str], body: bytes) -> Answer:
        said, query = json.loads(body) if body else None, {name: values[0] for name, values in parse_qs(target.query).items()}
        return self.take(method, target.path, query, said)

    def take(self, method: str, path: str, query: dict[str, str], said: Any) -> Answer:
        raise NotImplementedError

    def show(self, sku: str, units: int) -> None:
        self.shows[sku] = units
        self.log.append((sku, units))

    def named(self, id: str) -> str | None:
        return next((sku for sku, own in self.has.items() if own == id), None)


@dataclass
class SquareShelf(Shelf):
    """Counts are ordered by when they were taken; a key is done once; a call is done whole or not at all."""

    keys: dict[str, Any] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)

    def take(self, method: str, path: str, query: dict[str, str], said: Any) -> Answer:
        spec = SPECS["square"]
        jsonschema.Draft202012Validator({**spec["requests"][f"{method} {path}"], "components": spec["components"]}).validate(said)
        if path == "/v2/catalog/search":
            wanted = {sku.lower() for sku in said["query"]["set_query"]["attribute_values"]}
            return 200, {"objects": [{"id": id, "item_variation_data": {"sku": sku}} for sku, id in self.has.items() if sku.lower() in wanted]}
        if said["idempotency_key"] in self.keys:
            return (200, {}) if self.keys[said["idempotency_key"]] == said else (400, {"errors": [{"code": "IDEMPOTENCY_KEY_REUSED"}]})
        counts = [(each["physical_count"], self.named(each["physical_count"]["catalog_object_id"])) for each in said["changes"]]
        if any(sku is None or int(count["quantity"]) >= FULL or count["state"] != "IN_STOCK" for count, sku in counts):
            return 400, {"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "INVALID_VALUE"}]}
        self.keys[said["idempotency_key"]] = said
        for count, sku in counts:
            if count["occurred_at"] >= self.newest.get(sku, ""):
                self.newest[sku] = count["occurred_at"]
                self.show(sku, int(count["quantity"]))
        return 200, {"counts": []}


class BigCommerceShelf(Shelf):
    """One wrong item, and nothing of it is done."""

    def take(self, method: str, path: str, query: dict[str, str], said: Any) -> Answer:
        if (method, path) == ("GET", "/v3/inventory/locations/1/items"):
            return 200, {"data": [{"identity": {"sku": sku, "variant_id": int(id)}} for sku, id in self.has.items() if sku in query["sku:in"]]}
        assert (method, path) == ("PUT", "/v3/inventory/adjustments/absolute") and set(said) == {"reason", "items"}
        if any(item["sku"] not in self.has or item["location_id"] != 1 or not 0 <= item["quantity"] < FULL for item in said["items"]):
            return 422, {"status": 422, "title": "Unprocessable"}
        for item in said["items"]:
            self.show(item["sku"], item["quantity"])
        return 200, {"transaction_id": "t"}


class AmazonShelf(Shelf):
    def take(self, method: str, path: str, query: dict[str, str], said: Any) -> Answer:
        known, models = SPECS["amazon"]["operations"], SPECS["amazon"]["models"]
        start, seller, sku = path.rpartition("/")[0].rpartition("/")[0], path.split("/")[4], unquote(path.split("/")[5])
        assert set(query) <= set(known[f"{method} {start}/{{sellerId}}/{{sku}}"]) and seller == "S1" and query["marketplaceIds"] == "ATVPDKIKX0DER"
        _fits(models["listings_item_patch_request"], said)
        (patch,) = said["patches"]
        _fits(models["patch_operation"], patch)
        assert (patch["op"], patch["path"]) == ("replace", "/attributes/fulfillment_availability")
        if sku not in self.has:
            return 404, {"errors": [{"code": "NOT_FOUND"}]}
        (value,) = patch["value"]
        if value["quantity"] >= FULL:
            return 200, {"sku": sku, "status": "INVALID", "submissionId": "", "issues": [{"code": "90220", "message": "too many", "severity": "ERROR"}]}
        self.show(sku, value["quantity"])
        return 200, {"sku": sku, "status": "ACCEPTED", "submissionId": "s", "issues": []}


def _fits(model: dict[str, bool], said: dict[str, Any]) -> None:
    assert set(said) <= set(model) and {name for name, needed in model.items() if needed} <= set(said)


@dataclass
class MagentoShelf(Shelf):
    """Writes source items of SKUs that no product has, as Magento does; `sold` is reserved and off what it shows."""

    sold: dict[str, int] = field(default_factory=dict)

    def take(self, method: str, path: str, query: dict[str, str], said: Any) -> Answer:
        wanted = (query.get("searchCriteria[filter_groups][0][filters][0][value]") or "").split(",")
        if (method, path) == ("GET", "/rest/V1/products"):
            return 200, {"items": [{"id": int(id), "sku": sku} for sku, id in self.has.items() if sku in wanted or sku in ",".join(wanted)]}
        if (method, path) == ("GET", "/rest/V1/inventory/source-items"):
            items = [{"sku": sku, "source_code": "default", "quantity": units + self.sold.get(sku, 0)} for sku, units in self.shows.items() if sku in wanted]
            return 200, {"items": items}
        if path.startswith("/rest/V1/inventory/get-product-salable-quantity/"):
            return 200, self.shows[unquote(path.split("/")[5])]
        assert (method, path) == ("POST", "/rest/V1/inventory/source-items")
        if any(set(item) != {"sku", "source_code", "quantity", "status"} or not 0 <= item["quantity"] < FULL for item in said["sourceItems"]):
            return 400, {"message": "Validation Failed"}
        for item in said["sourceItems"]:
            assert item["sku"] in self.has, "a source item of nothing"
            self.show(item["sku"], item["quantity"] - self.sold.get(item["sku"], 0))
        return 200, []


class EbayShelf(Shelf):
    def take(self, method: str, path: str, query: dict[str, str], said: Any) -> Answer:
        assert (method, path) == ("POST", "/sell/inventory/v1/bulk_update_price_quantity")
        if not 1 <= len(said["requests"]) <= 25:
            return 400, {"errors": [{"errorId": 25766}]}
        answers: list[Any] = []
        for each in said["requests"]:
            sku, units = each["sku"], each["shipToLocationAvailability"]["quantity"]
            if sku not in self.has:
                answers.append({"statusCode": 404, "sku": sku, "errors": [{"errorId": 25710, "message": "not found"}]})
            elif units >= FULL:
                answers.append({"statusCode": 400, "sku": sku, "errors": [{"errorId": 25004, "message": "invalid quantity"}]})
            else:
                self.show(sku, units)
                answers.append({"statusCode": 200, "sku": sku, "errors": []})
        return 200, {"responses": answers}


@dataclass
class CommercetoolsShelf(Shelf):
    """Makes an entry of whatever it is told; `sold` is reserved and off what it shows. `rivals`: how often somebody is faster."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    sold: dict[str, int] = field(default_factory=dict)
    rivals: int = 0

    def take(self, method: str, path: str, query: dict[str, str], said: Any) -> Answer:
        if method == "GET":
            assert path == "/inventory" and "supplyChannel is not defined" in query["where"]
            wanted = json.loads("[" + re.search(r"sku in \((.*)\) and", query["where"])[1] + "]")
            return 200, {"results": [self._shown(sku) for sku in wanted if sku in self.entries]}
        entry = None
        if path == "/inventory":
            if said["sku"] in self.entries:
                return 400, {"errors": [{"code": "DuplicateField"}]}
            entry = self.entries[said["sku"]] = {"id": f"e-{said['sku']}", "sku": said["sku"], "version": 1, "quantityOnStock": 0}
            count = said["quantityOnStock"]
        else:
            entry = next(each for each in self.entries.values() if path == f"/inventory/{each['id']}")
            if self.rivals:
                self.rivals, entry["version"] = self.rivals - 1, entry["version"] + 1
            if said["version"] != entry["version"]:
                return 409, {"errors": [{"code": "ConcurrentModification"}]}
            ((action, count),) = [(each["action"], each["quantity"]) for each in said["actions"]]
            assert action == "changeQuantity"
        if count >= FULL:
            return 400, {"errors": [{"code": "InvalidField"}]}
        entry["version"], entry["quantityOnStock"] = entry["version"] + 1, count
        self.show(entry["sku"], count - self.sold.get(entry["sku"], 0))
        return 200, self._shown(entry["sku"])

    def _shown(self, sku: str) -> dict[str, Any]:
        entry = self.entries[sku]
        return {**entry, "availableQuantity": entry["quantityOnStock"] - self.sold.get(sku, 0)}


class PlayedShelf(Shelf):
    """Shopify and WooCommerce, as `local/receiver` plays them."""

    def __post_init__(self) -> None:
        shelf = self

        class Kept(InMemoryShelves):
            def show(self, channel: str, shows: dict[str, int]) -> None:
                super().show(channel, shows)
                for sku, units in shows.items():
                    shelf.show(sku, units)

        kept = Kept()
        kept.sells = self.has
        self.receiver = Receiver(InMemory(), kept, TOKENS)

    def answer(self, method: str, target: SplitResult, headers: Mapping[str, str], body: bytes) -> Answer:
        known = {name.lower(): value for name, value in headers.items()}
        return self.receiver.answer(method, f"{target.path}?{target.query}", known, body)


class FrontShelf(Shelf):
    """A receiver of our own webhooks."""

    def __post_init__(self) -> None:
        self.front = ShopFront(TOKENS["api"])

    def answer(self, method: str, target: SplitResult, headers: Mapping[str, str], body: bytes) -> Answer:
        before = len(self.front.heard)
        status = self.front.take({name.lower(): value for name, value in headers.items()}, body)
        for heard in self.front.heard[before:]:
            for sku, units in heard.items():
                self.show(sku, units)
        return status, None


SHELVES = {
    "shopify": PlayedShelf,
    "woocommerce": PlayedShelf,
    "square": SquareShelf,
    "bigcommerce": BigCommerceShelf,
    "amazon": AmazonShelf,
    "magento": MagentoShelf,
    "ebay": EbayShelf,
    "commercetools": CommercetoolsShelf,
    "api": FrontShelf,
}
