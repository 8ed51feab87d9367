"""Fills the deployed tables through the shop's and the stock's own code. Run again, it changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from typing import Any

from local.seed.demo_shop import DemoShop
from local.seed.keys import Secrets, presented, sign
from waybill.aws.tables import Table
from waybill.bootstrap import inventory as inventory_root
from waybill.kernel.errors import KeyReused
from waybill.shop import store

MARKER = ("SEED", "demo-shop")
_AT_ONCE = 8
_DELIVERY = "opening-stock"

Work = Callable[[], Any]


def seed(shop: DemoShop, secrets: Secrets) -> bool:
    """Writes the demo shop. False where this very shop is there already.

    The marker is written last: an interrupted seed is taken up again from the start, and finds most of it done.
    """
    sign(secrets, shop)
    keys = list(presented(secrets, shop))
    version = _fingerprint(shop.text, (store.key_hash(key) for key, _ in keys))
    if (Table("SHOP_TABLE").get(*MARKER) or {}).get("version") == version:
        return False
    saving: list[Work] = [partial(store.save, *thing) for thing in shop.things()]
    saving += [partial(store.save, store.KEY, store.key_hash(key), asdict(may)) for key, may in keys]
    _all_of([*saving, *_receiving(shop)])
    store.save(*MARKER, {"version": version})
    store.forget()
    return True


def _receiving(shop: DemoShop) -> list[Work]:
    """Stock comes in as one delivery to each node; what the orders have taken of it since stays taken."""
    movements = inventory_root.movements()

    def receive(sku: str, node: str, units: int) -> None:
        try:
            movements.receive(sku, node, units, _DELIVERY, reference="opening stock")
        except KeyReused:
            return  # it came in with another number of units, when the demo shop was another one

    return [partial(receive, *row) for row in shop.stock]


def _all_of(work: Iterable[Work]) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for done in [pool.submit(one) for one in work]:
            done.result()


def _fingerprint(*parts: str | Iterable[str]) -> str:
    flat = (part if isinstance(part, str) else "\n".join(part) for part in parts)
    return hashlib.sha256("\0".join(flat).encode()).hexdigest()
