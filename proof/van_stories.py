"""Lives of orders that a carrier's van collects."""

from __future__ import annotations

from datetime import timedelta

from proof.sold_stories import LABEL_S, Sold, gone, packed
from tests.flow.life import Life
from waybill.aws import queues
from waybill.desk import vans
from waybill.desk.model.floor import Collected

_MOST_ROUNDS = 5


def collected_by_its_carrier(the: Life) -> str:
    """It stands on a list with its carrier's form; one van is called off, and another comes for it."""
    order_id, work = packed(the)
    day = (the.world.now() + timedelta(days=1)).date().isoformat()
    for _ in range(_MOST_ROUNDS):  # whose form was not made, or not heard of, is asked for once more
        manifest = the.call("POST", "/v1/manifests", {"carrier": "easypost", "date": day}, work["node"]).json()
        if not manifest["form"]["problem"]:
            break
    assert manifest["form"] == {"id": manifest["form"]["id"], "problem": ""}
    window = {"manifest": manifest["id"], "date": day, "from": "14:00", "to": "18:00"}
    for key, status in (("van-1", "cancelled"), ("van-2", "booked")):
        reply = the.call("POST", "/v1/collections", window, work["node"], idempotency_key=key)
        assert reply.status == 200, reply.content
        van = _until(the, reply.json()["id"], "booked")
        if status == "cancelled":
            reply = the.call("POST", f"/v1/collections/{van}/cancel", {}, work["node"])
            assert reply.status == 200, reply.content
            _until(the, van, status)
    return gone(the, order_id)


def _until(the: Life, van: str, status: str) -> str:
    """The rounds come by until it is so."""
    for _ in range(_MOST_ROUNDS):
        if the.call("GET", f"/v1/collections/{van}").json()["status"] == status:
            return van
        the.world.later(LABEL_S)
        the.tick("parcels")
        the.world.later(-LABEL_S)
    raise AssertionError(f"{van} was never {status}")


def wanted_at_the_desk(the: Life) -> str:
    """Somebody at the desk wants a van."""
    order_id, work = packed(the)
    day = (the.world.now() + timedelta(days=1)).date().isoformat()
    vans.book(the.world.now, queues.send, Collected(work["node"], "easypost", day, "14:00", "18:00"), "desk:clerk")
    the.settle()
    return order_id


VANS = {"sold-collected": Sold(collected_by_its_carrier, "completed")}
