"""How a fulfilment order would be packed, as a packer reads it. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from waybill.fulfilment.choice import Chosen
from waybill.fulfilment.contents import Goods, laid
from waybill.fulfilment.model import dangerous
from waybill.fulfilment.model.cartons import Filled
from waybill.fulfilment.model.fulfilment_order import FulfilmentOrder, Package
from waybill.fulfilment.ports import Offer


def shown(work: FulfilmentOrder, goods: Goods, chosen: Chosen) -> dict[str, Any]:
    """The packages with their contents in the order in which they are put in, what carries each, every other offer, and what all of it costs (minor units)."""
    packages = [_package(package, goods, offers) for package, offers in zip(chosen.plan.packages, chosen.offers, strict=True)]
    return {
        "fulfilment_order": work.id,
        "leaves": chosen.sending.leaves,
        "packages": packages,
        "cost": chosen.cost,
        "cost_of_cartons": chosen.plan.cartons,
        "currency": chosen.currency,
        "in_time": chosen.in_time,
        "ways_compared": chosen.rated,
        "saved": chosen.first_cost - chosen.cost,
    }


def placed(filled: Filled | None, goods: Goods) -> list[dict[str, Any]]:
    """Where each unit lies: its corner from the carton's left front lower one, and its lengths as it is turned, in millimetres."""
    return [
        {"line": each.piece.name, "sku": goods.skus[each.piece.name], "at_mm": list(each.at), "lengths_mm": list(each.lengths)} for each in (filled.placed if filled else ())
    ]


def _package(package: Package, goods: Goods, offers: tuple[Offer, ...]) -> dict[str, Any]:
    hazards = goods.hazards(package.lines)
    return {
        "n": package.n,
        "lines": dict(package.lines),
        "weight_g": package.weight_g,
        "box": package.box,
        "length_mm": package.length_mm,
        "width_mm": package.width_mm,
        "height_mm": package.height_mm,
        "note": package.note,
        "placed": placed(laid(package, goods), goods),
        "marks": [asdict(mark) for mark in dangerous.marks(hazards)],
        "offers": [_offer(offer) for offer in offers],
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "carrier": offer.carrier,
        "service": offer.service,
        "service_name": offer.service_name,
        "price": offer.price,
        "currency": offer.currency,
        "delivery_days": offer.delivery_days,
        "made_of": dict(offer.made_of),
    }
