"""WooCommerce's numbers: `stock_quantity` of a product or of a variation (REST v3), many in one batch."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from waybill.channels.calling import Caller
from waybill.channels.model.levels import Heard, Levels
from waybill.channels.ports import ChannelRefused
from waybill.channels.telling import in_turn, parts

AT_ONCE = 100
_LOOKED_UP, _A_PAGE = 40, 100
_NOT_THERE = ("woocommerce_rest_product_invalid_id", "woocommerce_rest_product_variation_invalid_id", "woocommerce_rest_invalid_product_id")


def tell(caller: Caller, levels: Levels) -> Heard:
    """Products in one batch, the variations of each product in one of theirs."""
    called = _called(caller, levels)
    unknown = {sku: "no product has this SKU" for sku in levels.units if not called.get(sku)}
    by_path: dict[str, list[str]] = {}
    for sku in levels.units:
        if sku not in unknown:
            by_path.setdefault(_path(called[sku]), []).append(sku)
    batches = ({sku: levels.units[sku] for sku in part} for own in by_path.values() for part in parts(own, AT_ONCE))
    return Heard(unknown=unknown, called=called).and_(in_turn(batches, lambda part: _batch(caller, part, called)))


def _called(caller: Caller, levels: Levels) -> dict[str, str]:
    """`<product>` or `<product>/<variation>`; those that we do not know yet are looked up, also among variations."""
    found = {sku: called for sku, called in levels.called.items() if called}
    missing = sorted(sku for sku in levels.units if sku not in found)
    for some in parts(missing, _LOOKED_UP):
        skus = ",".join(quote(sku, safe="") for sku in some)
        products = caller.json("woocommerce.products", "GET", f"/wp-json/wc/v3/products?sku={skus}&per_page={_A_PAGE}&_fields=id,sku,parent_id,type")
        for each in _list("woocommerce.products", products):
            if each.get("sku") in levels.units:
                parent = each.get("parent_id") or 0
                found[each["sku"]] = f"{parent}/{each['id']}" if parent else str(each["id"])
    return found


def _path(called: str) -> str:
    parent, _, variation = called.partition("/")
    return f"/wp-json/wc/v3/products/{parent}/variations/batch" if variation else "/wp-json/wc/v3/products/batch"


def _batch(caller: Caller, part: dict[str, int], called: dict[str, str]) -> Heard:
    """Each of a batch is taken or not for itself."""
    ids = {int(called[sku].rpartition("/")[2]): sku for sku in part}
    changes = [{"id": id, "manage_stock": True, "stock_quantity": part[sku]} for id, sku in ids.items()]
    answer = caller.json("woocommerce.batch", "POST", _path(called[next(iter(part))]), {"update": changes})
    unknown, refused = dict[str, str](), dict[str, str]()
    for each in _list("woocommerce.batch", answer.get("update") if isinstance(answer, dict) else None):
        if each.get("error") and each.get("id") in ids:
            said = each["error"]
            (unknown if said.get("code") in _NOT_THERE else refused)[ids[each["id"]]] = str(said.get("message"))[:200]
    return Heard(unknown, refused, called=dict.fromkeys(unknown, ""))


def _list(name: str, answer: Any) -> list[dict[str, Any]]:
    if not isinstance(answer, list):
        raise ChannelRefused(f"{name}: the answer is no list")
    return [each for each in answer if isinstance(each, dict)]
