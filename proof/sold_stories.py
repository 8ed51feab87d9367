"""Lives of orders whose labels are sold by somebody who is called: bought, given back, waited for."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from tests.carriers.books import HOOK
from tests.carriers.strict_easypost import KEY
from tests.flow.life import Life, an_order
from tests.flow.stories import Story, delivered
from waybill.aws import secrets
from waybill.aws.clients import client
from waybill.shop import store as shop

LABEL_S = 600
"""Longer than a label needs to be given back, and payments to look again whether it is."""


@dataclass(frozen=True)
class Sold(Story):
    """The shop has an account with EasyPost; `own`: and its own price list, which is dearer."""

    own: bool = False

    def set_up(self) -> None:
        super().set_up()
        sold = replace(shop.carrier("parcelway"), id="easypost", name="EasyPost", kind="easypost")  # with a list, by which routing prices
        shop.save(shop.CARRIER, sold.id, sold)
        if not self.own:
            client("dynamodb").delete_item(TableName="ShopTable", Key={"pk": {"S": "CARRIER"}, "sk": {"S": "parcelway"}})
        manager = client("secretsmanager")
        known = json.loads(manager.get_secret_value(SecretId="waybill/local/carriers")["SecretString"])
        told = {**known, "easypost": [HOOK], "easypost/account": {"api_key": KEY}}
        manager.put_secret_value(SecretId="waybill/local/carriers", SecretString=json.dumps(told))
        shop.forget()
        secrets.forget()


def packed(the: Life, *lines: tuple[str, int]) -> tuple[str, dict[str, Any]]:
    """An order, and its work with a label on its parcel."""
    order_id = the.place(an_order(*lines or (("TEA", 2),)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "pack")
    return order_id, work


def asked(the: Life, work: dict[str, Any], verb: str, body: Any = None, who: str = "") -> Any:
    reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", body or {}, who or work["node"])
    assert 200 <= reply.status < 300, (verb, reply.content)
    return reply.json()


def labelled_anew(the: Life) -> str:
    """One label is given back, and the goods are packed in two parcels."""
    order_id, work = packed(the)
    assert asked(the, work, "void")["status"] == "picked"
    one = {"lines": [{"line": "1", "quantity": 1}]}
    asked(the, work, "pack", {"packages": [one, one]})
    return gone(the, order_id)


def relabelled(the: Life) -> str:
    """Whoever is not answered asks again when nobody can be at it any more."""
    order_id, work = packed(the)
    waited = 0
    while the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/relabel", {}, work["node"]) is None:
        the.world.later(LABEL_S)
        waited += LABEL_S
    the.world.later(-waited)
    return gone(the, order_id)


def cancelled_when_packed(the: Life) -> str:
    return _cancelled(the, packed(the)[0])


def cancelled_while_it_is_bought(the: Life) -> str:
    """What was bought is not known when nobody wants it any more."""
    order_id = the.place(an_order(("TEA", 2)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick")
    the.outside.carrier.forgets = True
    the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/pack", {}, work["node"])
    the.outside.carrier.forgets = False
    return _cancelled(the, order_id)


def cancelled_when_its_node_agrees(the: Life) -> str:
    order_id, work = packed(the)
    _cancelled(the, order_id)
    asked(the, work, "cancellation/accept")
    return _over(the, order_id)


def not_cancelled_as_its_node_will_not(the: Life) -> str:
    order_id, work = packed(the)
    _cancelled(the, order_id)
    asked(the, work, "cancellation/decline", {"reason": "on the truck"})
    return gone(the, order_id)


def a_unit_taken_out_of_its_parcel(the: Life) -> str:
    """The node agrees; what is left is packed anew, with a label of its own."""
    order_id, work = packed(the, ("TEA", 3))
    _cancelled(the, order_id, {"lines": {"1": 1}, "reason": "one too many"})
    asked(the, work, "cancellation/accept")
    the.settle()
    the.fulfil(order_id, "pack")
    return gone(the, order_id)


def cancelled_after_a_unit_was_taken_out(the: Life) -> str:
    """Nothing of it leaves in the end: neither label stays."""
    order_id, work = packed(the, ("TEA", 3))
    _cancelled(the, order_id, {"lines": {"1": 1}, "reason": "one too many"})
    asked(the, work, "cancellation/accept")
    the.settle()
    _cancelled(the, order_id)
    asked(the, work, "cancellation/accept")
    return _over(the, order_id)


def the_rest_cancelled(the: Life) -> str:
    """One node's parcel has left, the other's label is given back."""
    order_id = the.place(an_order(("POT", 1), ("CUP", 1)))
    the.settle()
    one, other = the.fulfil(order_id, "accept", "pick", "pack")
    shipped = the.carry_out([one], "ship")
    the.settle()
    (line,) = other["lines"]
    _cancelled(the, order_id, {"lines": {line: 1}, "reason": "the one is enough"})
    asked(the, other, "cancellation/accept")
    the.settle()
    the.deliver(shipped)
    the.settle()
    return order_id


def its_other_parcel_cancelled(the: Life) -> str:
    """One of two parcels has left: the label of the other is given back."""
    order_id, work = packed(the, ("TEA", 2))
    asked(the, work, "void")
    one = {"lines": [{"line": "1", "quantity": 1}]}
    work = asked(the, work, "pack", {"packages": [one, one]})
    asked(the, work, "ship", {"packages": [1]})
    the.settle()
    _cancelled(the, order_id, {"unshipped": True, "reason": "the one is enough"})
    the.deliver(the.order(order_id)["fulfilment_orders"])
    the.settle()
    return order_id


def sent_by_the_next(the: Life) -> str:
    """The carrier does not answer: the next best goes."""
    order_id = the.place(an_order(("TEA", 2)))
    the.settle()
    the.fulfil(order_id, "accept", "pick")
    the.outside.carrier.down = True
    (work,) = the.fulfil(order_id, "pack")
    the.outside.carrier.down = False
    assert work["packages"][0]["carrier"] == "parcelway"
    return gone(the, order_id)


def waited_for_the_carrier(the: Life) -> str:
    """Nobody sells a label: the work waits in front of people, and a round has it packed once the carrier is back."""
    order_id = the.place(an_order(("TEA", 2)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick")
    the.outside.carrier.down = True
    the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/pack", {}, work["node"])
    the.outside.carrier.down = False
    the.tick("parcels")
    if the.order(order_id)["fulfilment_orders"][0]["status"] == "picked":  # nobody had heard of it when its function died: the node tries again
        the.fulfil(order_id, "pack")
    return gone(the, order_id)


def reshipped(the: Life) -> str:
    """A parcel is lost and sent again under a label of its own."""
    order_id, work = packed(the)
    (work,) = the.fulfil(order_id, "ship")
    the.settle()
    the.scan(work["packages"][0], "failure", "2026-11-24T00:00:00Z")
    again = asked(the, work, "packages/1/reship", {"reason": "LOST"}, "support")["order"]
    the.settle()
    the.deliver(the.fulfil(again))
    the.settle()
    assert the.order(again)["status"] == "completed"
    return order_id


def comes_back(the: Life) -> str:
    """The first label by which its package comes back is given back; by the second it comes."""
    order_id, work = packed(the)
    asked(the, work, "packages/1/return-label")
    asked(the, work, "packages/1/return-label/void")
    back = asked(the, work, "packages/1/return-label")["packages"][0]["return_label"]
    gone(the, order_id)
    for day, status in ((25, "in_transit"), (26, "delivered")):
        the.scan({**back, "shipment": "its own"}, status, f"2026-11-{day}T00:00:00Z")
    the.settle()
    return order_id


def does_not_come_back(the: Life) -> str:
    """The label by which its package would come back goes with the label of a parcel that is packed anew, and with an order that is cancelled."""
    order_id, work = packed(the)
    asked(the, work, "packages/1/return-label")
    assert asked(the, work, "void")["status"] == "picked"
    (work,) = the.fulfil(order_id, "pack")
    asked(the, work, "packages/1/return-label")
    return _cancelled(the, order_id)


def cancelled_while_its_way_back_is_bought(the: Life) -> str:
    """The label by which it would come back was bought, and nobody heard of it."""
    order_id, work = packed(the)
    the.outside.carrier.forgets = True
    the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/packages/1/return-label", {}, work["node"])
    the.outside.carrier.forgets = False
    return _cancelled(the, order_id)


def neither_comes_back_nor_goes(the: Life) -> str:
    """A unit is taken out of its parcel, which has a label for its way back; what is left goes out without."""
    order_id, work = packed(the, ("TEA", 3))
    asked(the, work, "packages/1/return-label")
    _cancelled(the, order_id, {"lines": {"1": 1}, "reason": "one too many"})
    asked(the, work, "cancellation/accept")
    the.settle()
    the.fulfil(order_id, "pack")
    return gone(the, order_id)


def short_of_a_unit(the: Life) -> str:
    """Found when it is packed: what there is goes, the rest from elsewhere."""
    order_id = the.place(an_order(("TEA", 2)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick")
    reply = the.ask("POST", f"/v1/fulfilment-orders/{work['id']}/short", {"lines": [{"line": "1", "quantity": 1}], "reason": "DAMAGED"}, work["node"])
    if reply is None and the.order(order_id)["fulfilment_orders"][0]["lines"]["1"]["quantity"] == 2:
        asked(the, work, "short", {"lines": [{"line": "1", "quantity": 1}], "reason": "DAMAGED"})
    the.settle()
    first = the.fulfil(order_id, "accept", "pick", "pack", "ship")
    the.settle()
    the.deliver(first)
    the.settle()
    return order_id


def short_once_packed(the: Life) -> str:
    """One is found broken when the carton is closed: its label is given back, what there is goes in another, the rest from elsewhere."""
    order_id, work = packed(the)
    return _rest_from_elsewhere(the, order_id, _short(the, work, "DAMAGED", 1))


def short_of_all_once_packed(the: Life) -> str:
    """Nothing of it leaves here: another node is asked for it, and its label is given back."""
    order_id, work = packed(the)
    assert _short(the, work, "NOT_IN_STOCK", 2)["status"] == "rejected"
    return _rest_from_elsewhere(the, order_id, None)


def short_after_a_parcel_has_left(the: Life) -> str:
    """Of what has not left one is broken: the other goes in a parcel of its own."""
    order_id = the.place(an_order(("TEA", 3)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick")
    asked(the, work, "pack", {"packages": [{"lines": [{"line": "1", "quantity": units}]} for units in (1, 2)]})
    asked(the, work, "ship", {"packages": [1]})
    the.settle()
    return _rest_from_elsewhere(the, order_id, _short(the, work, "DAMAGED", 1))


def _short(the: Life, work: dict[str, Any], reason: str, units: int) -> dict[str, Any]:
    """Said under a key until it is heard."""
    body, path = {"lines": [{"line": "1", "quantity": units}], "reason": reason}, f"/v1/fulfilment-orders/{work['id']}/short"
    reply = the.ask("POST", path, body, work["node"], idempotency_key="short-1") or the.call("POST", path, body, work["node"], idempotency_key="short-1")
    assert reply.status == 200, reply.content
    the.settle()
    return dict(reply.json())


def _rest_from_elsewhere(the: Life, order_id: str, short: dict[str, Any] | None) -> str:
    assert short is None or "pack" in short["supported_actions"]
    shipped = the.fulfil(order_id, "accept", "pick", "pack", "ship")
    the.settle()
    the.deliver(shipped)
    the.settle()
    return order_id


def gone(the: Life, order_id: str) -> str:
    shipped = the.fulfil(order_id, "ship")
    the.settle()
    the.deliver(shipped)
    the.settle()
    return order_id


def _cancelled(the: Life, order_id: str, body: dict[str, Any] | None = None) -> str:
    headers = {"idempotency_key": "part-1"} if body else {}
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", body or {"reason": "changed my mind"}, **headers)
    assert reply.status == 200, reply.content
    return _over(the, order_id)


def _over(the: Life, order_id: str) -> str:
    """Money that waited for a label goes back once that is given back."""
    for _ in range(2):
        the.settle()
        the.world.later(LABEL_S)
    the.settle()
    the.world.later(-2 * LABEL_S)
    return order_id


SOLD = {
    "sold": Sold(delivered, "completed"),
    "sold-labelled-anew": Sold(labelled_anew, "completed"),
    "sold-relabelled": Sold(relabelled, "completed"),
    "sold-cancelled-packed": Sold(cancelled_when_packed, "cancelled"),
    "sold-cancelled-bought": Sold(cancelled_while_it_is_bought, "cancelled"),
    "sold-cancellation-accepted": Sold(cancelled_when_its_node_agrees, "cancelled", asked=True),
    "sold-cancellation-declined": Sold(not_cancelled_as_its_node_will_not, "completed", asked=True),
    "sold-a-unit-out": Sold(a_unit_taken_out_of_its_parcel, "completed", asked=True),
    "sold-a-unit-out-cancelled": Sold(cancelled_after_a_unit_was_taken_out, "cancelled", asked=True),
    "sold-the-rest-cancelled": Sold(the_rest_cancelled, "completed", asked=True),
    "sold-other-parcel-cancelled": Sold(its_other_parcel_cancelled, "completed"),
    "sold-next-best": Sold(sent_by_the_next, "completed", own=True),
    "sold-waited": Sold(waited_for_the_carrier, "completed"),
    "sold-reshipped": Sold(reshipped, "shipped"),
    "sold-comes-back": Sold(comes_back, "completed"),
    "sold-does-not-come-back": Sold(does_not_come_back, "cancelled"),
    "sold-way-back-bought": Sold(cancelled_while_its_way_back_is_bought, "cancelled"),
    "sold-neither": Sold(neither_comes_back_nor_goes, "completed", asked=True),
    "sold-short": Sold(short_of_a_unit, "completed"),
    "sold-short-packed": Sold(short_once_packed, "completed"),
    "sold-short-of-all": Sold(short_of_all_once_packed, "completed"),
    "sold-short-of-the-rest": Sold(short_after_a_parcel_has_left, "completed"),
}
