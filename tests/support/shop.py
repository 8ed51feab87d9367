"""A small shop for tests: two warehouses far apart, three SKUs, three channels, one carrier, the books' accounts, a key a role."""

from __future__ import annotations

from waybill.bootstrap import inventory as inventory_root
from waybill.shop import store
from waybill.shop.model import Account, Carrier, Channel, Item, Key, Node, Place, Service

KEYS = {
    "api": Key(("channel",), "api"),
    "shopify": Key(("channel",), "shopify"),
    "woocommerce": Key(("channel",), "woocommerce"),
    "reno": Key(("node",), "reno"),
    "columbus": Key(("node",), "columbus"),
    "admin": Key(("admin",), "", "admin"),
    "viewer": Key(("viewer",), "", "viewer"),
    "support": Key(("support",), "", "support"),
    "finance": Key(("finance",), "", "fay"),
}
"""The presented key of each is `key-<name>`."""

STOCK = {("TEA", "reno"): 10, ("TEA", "columbus"): 10, ("CUP", "columbus"): 5, ("POT", "reno"): 3}


def headers(name: str, **more: str) -> dict[str, str]:
    """What a caller with this key sends."""
    return {"x-api-key": f"key-{name}", "content-type": "application/json", **more}


def open_shop(stock: dict[tuple[str, str], int] | None = None) -> None:
    """Writes the whole shop into the cloud of this process."""
    _set_up()
    movements = inventory_root.movements()
    for (sku, node), units in (STOCK if stock is None else stock).items():
        movements.receive(sku, node, units, "opening")
    store.forget()


def _set_up() -> None:
    for node in (_reno(), _columbus()):
        store.save(store.NODE, node.id, node)
    for item in (_item("TEA", 250, 400), _item("CUP", 400, 300), _item("POT", 1500, 2000)):
        store.save(store.ITEM, item.sku, item)
    for kind in ("api", "shopify", "woocommerce"):
        store.save(store.CHANNEL, kind, Channel(kind, kind, kind.title()))
    store.save(store.CARRIER, "parcelway", _parcelway())
    for account in _ACCOUNTS:
        store.save(store.ACCOUNT, account.id, account)
    for name, key in KEYS.items():
        store.save(store.KEY, store.key_hash(f"key-{name}"), {"roles": list(key.roles), "scope": key.scope, "name": key.name})


def _item(sku: str, weight: int, price: int) -> Item:
    return Item(sku, sku.title(), weight, 100, 100, 100, price // 2, price, origin="US", hs_code="691200")


def _reno() -> Node:
    return Node("reno", "Reno", "warehouse", Place("Reno", "1 Lake St", "Reno", "NV", "89501", "US"), 100, 10)


def _columbus() -> Node:
    return Node("columbus", "Columbus", "warehouse", Place("Columbus", "2 High St", "Columbus", "OH", "43215", "US"), 100, 10)


def _parcelway() -> Carrier:
    breaks = (500, 2000, 10000, 30000)
    ground = Service("ground", "Ground", {1: 2, 2: 4, 3: 6}, breaks, {1: (500, 800, 1500, 4000), 2: (700, 1100, 2200, 6000), 3: (900, 1500, 3000, 9000)})
    express = Service("express", "Express", {1: 1, 2: 1, 3: 2}, breaks, {1: (1500, 2000, 4000, 9000), 2: (2500, 3500, 6000, 15000), 3: (3500, 5000, 9000, 25000)})
    return Carrier("parcelway", "Parcelway", "https://track.example/{tracking_number}", (600, 2000, 6000), (ground, express))


_ACCOUNTS = [
    Account("sales", "Sales", "income"),
    Account("shipping-income", "Shipping income", "income"),
    Account("sales-tax", "Sales tax payable", "liability"),
    Account("receivable", "Accounts receivable", "asset"),
    Account("clearing-stripe", "Clearing Stripe", "asset"),
    Account("inventory", "Inventory", "asset"),
    Account("cogs", "Cost of goods sold", "expense"),
    Account("freight-out", "Freight out", "expense"),
    Account("return-freight", "Freight of returns", "expense"),
    Account("carrier-payable", "Owed to carriers", "liability"),
    Account("carrier-payable-easypost", "Owed to EasyPost", "liability"),
]
