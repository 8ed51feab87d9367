"""Which adapter serves which kind of channel. One is imported when it is first asked for: a function loads only the channels that it serves."""

from __future__ import annotations

from importlib import import_module

from waybill.channels.ports import Adapter
from waybill.kernel.errors import NotFound

KINDS = ("shopify", "woocommerce", "amazon", "bigcommerce", "square", "magento", "ebay", "commercetools", "own")
"""Each is a module of this package with an `ADAPTER`."""
OUR_OWN = {"api": "own", "phone": "own", "spreadsheet": "own"}
"""Kinds whose orders come through our own door, in our own shape."""


def adapter(kind: str) -> Adapter:
    """Raises NotFound for a kind that nobody has written an adapter for."""
    name = OUR_OWN.get(kind, kind)
    if name not in KINDS:
        raise NotFound(f"there is no adapter for channels of kind {kind[:64]!r}")
    found: Adapter = import_module(f"waybill.channels.{name}").ADAPTER
    return found
