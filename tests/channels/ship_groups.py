"""Orders that go to two places, as each channel that can say so says it: of the full document's lines TEA goes to the first place, CUP to another."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]


def _bigcommerce(document: Document) -> Document:
    there = {**document["shipping_addresses"][0], "id": 10, "first_name": "Mary", "street_1": "9 Elm St", "city": "Salem", "state": "OR", "zip": "97301", "shipping_method": "Express"}
    document["shipping_addresses"].append(there)
    document["products"][1]["order_address_id"] = 10
    return document


def _commercetools(document: Document) -> Document:
    home = document.pop("shippingAddress")
    there = {**home, "key": "mum", "firstName": "Mary", "streetName": "Elmweg", "streetNumber": "9", "city": "Hamburg", "postalCode": "20095"}
    info = document.pop("shippingInfo")
    half = {**info, "price": {**info["price"], "centAmount": 400}, "discountedPrice": {**info["discountedPrice"], "value": {**info["price"], "centAmount": 345}}}
    rest = {**info, "shippingMethodName": "DHL Express", "price": {**info["price"], "centAmount": 395}, "discountedPrice": {**info["discountedPrice"], "value": {**info["price"], "centAmount": 350}}}
    half = {**half, "taxedPrice": {"totalNet": {**info["price"], "centAmount": 0}, "totalGross": {**info["price"], "centAmount": 0}}}
    document |= {
        "shippingMode": "Multiple",
        "itemShippingAddresses": [home, there],
        "shipping": [
            {"shippingKey": "s1", "shippingAddress": home, "shippingInfo": half},
            {"shippingKey": "s2", "shippingAddress": there, "shippingInfo": rest},
        ],
    }
    for line, key in zip(document["lineItems"], ("home", "mum"), strict=True):
        line["shippingDetails"] = {"targets": [{"addressKey": key, "quantity": line["quantity"], "shippingMethodKey": "s1"}], "valid": True}
    return document


def _square(document: Document) -> Document:
    first = document["order"]["fulfillments"][0]
    there = copy.deepcopy(first["delivery_details"])
    there["recipient"] |= {"display_name": "Mary Byron", "address": {**there["recipient"]["address"], "address_line_1": "9 Elm St", "locality": "Salem", "administrative_district_level_1": "OR"}}
    for fulfilment, uid in ((first, "a"), (second := {**first, "uid": "f2", "type": "SHIPMENT", "shipment_details": {**there, "shipping_type": "Express"}}, "b")):
        fulfilment["line_item_application"] = "ENTRY_LIST"
        fulfilment["entries"] = [{"uid": f"e-{uid}", "line_item_uid": uid, "quantity": "2" if uid == "a" else "1"}]
    second.pop("delivery_details")
    document["order"]["fulfillments"] = [first, second]
    return document


GROUPED: dict[str, Callable[[Document], Document]] = {"bigcommerce": _bigcommerce, "commercetools": _commercetools, "square": _square}


def grouped(kind: str, document: Document) -> Document:
    """The full document of a kind with its second line going elsewhere."""
    return _apart(GROUPED[kind](copy.deepcopy(document)))


def _apart(node: Any) -> Any:
    """With no part standing in two places."""
    if isinstance(node, dict):
        return {name: _apart(value) for name, value in node.items()}
    return [_apart(value) for value in node] if isinstance(node, list) else node
