"""What never runs out where, as the shop has decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waybill.inventory.model.endless import POLICY, Endless, check, read
from waybill.shop import store as shop


def endless() -> Endless:
    return read(shop.policy(POLICY))


def checked(policy: Mapping[str, Any]) -> None:
    """Raises InvalidInput."""
    named = {sku for skus in policy.values() if isinstance(skus, list) for sku in skus if isinstance(sku, str)}
    check(policy, [node.id for node in shop.nodes()], shop.items(sorted(named)))
