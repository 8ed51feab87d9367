"""How the shop shares its stock out, as its policy says."""

from __future__ import annotations

from waybill.inventory.model.sharing import POLICY, Sharing, read
from waybill.shop import store as shop


def sharing() -> Sharing:
    """Read once a minute. Raises InvalidInput where somebody has written past the door: then nothing is reserved until it is mended."""
    return shop.for_a_minute((POLICY, "READ"), lambda: read(shop.policy(POLICY)))
