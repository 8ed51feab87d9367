"""Lives of orders whose node is not asked at once: kept for a day, or put before a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from proof.faults import Crash
from tests.flow.life import Life, an_order
from tests.flow.stories import Story
from waybill.shop import store as shop

DAY_S = 86_400
_MOST_ROUNDS = 4


@dataclass(frozen=True)
class Gated(Story):
    """A person approves of everything before its node is asked."""

    def set_up(self) -> None:
        super().set_up()
        shop.save(shop.POLICY, "approval", {"all": True})
        shop.forget()


def went_round(the: Life) -> None:
    """The schedule comes every quarter of an hour: one round that fails is followed by another."""
    for _ in range(_MOST_ROUNDS):
        try:
            the.world.handler("parcels")({"detail-type": "Scheduled Event"}, None)
        except Crash as crash:
            the.world.died(crash)
        except (ClientError, ReadTimeoutError):
            continue
        else:
            the.settle()
            return
    raise AssertionError("no round came to its end")


def kept(the: Life, days: int = 3) -> str:
    """An order that is not shipped before a day."""
    order, day = an_order(("TEA", 2)), (the.world.now() + timedelta(days=days)).date().isoformat()
    order_id = the.place({**order, "shipping": {**order["shipping"], "ship_not_before": day}})
    the.settle()
    return order_id


def done(the: Life, order_id: str, verb: str, body: dict[str, Any] | None = None) -> None:
    """To the newest work of an order, twice: whoever was not answered asks again."""
    work = the.order(order_id)["fulfilment_orders"][-1]
    for _ in range(2):
        reply = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/{verb}", body or {}, "support")
        assert reply.status < 300, (verb, reply.content)
    the.settle()


def came(the: Life, order_id: str) -> str:
    """Its node does its work, and it arrives."""
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    return order_id


def opened_by_the_clock(the: Life) -> str:
    order_id = kept(the)
    the.world.later(3 * DAY_S)
    went_round(the)
    return came(the, order_id)


def opened_by_hand(the: Life) -> str:
    """It is to go later than it was, and then at once."""
    order_id = kept(the)
    done(the, order_id, "reschedule", {"ship_not_before": (the.world.now() + timedelta(days=9)).date().isoformat()})
    done(the, order_id, "open")
    return came(the, order_id)


def cancelled_before_its_day(the: Life) -> str:
    """Cancelled, and then its day comes."""
    order_id = kept(the)
    reply = the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "no longer"})
    assert reply.status < 300, reply.content
    the.settle()
    the.world.later(3 * DAY_S)
    went_round(the)
    return order_id


def approved(the: Life) -> str:
    order_id = the.place(an_order(("TEA", 2)))
    the.settle()
    done(the, order_id, "approve")
    return came(the, order_id)


def approved_elsewhere(the: Life) -> str:
    """Not from that node: another is chosen, and approved of; its day comes then."""
    order_id = kept(the)
    done(the, order_id, "reject", {"reason": "OTHER"})
    done(the, order_id, "approve")
    the.world.later(3 * DAY_S)
    went_round(the)
    return came(the, order_id)


KEPT = {
    "kept-for-its-day": Story(opened_by_the_clock, "completed"),
    "kept-and-opened": Story(opened_by_hand, "completed"),
    "kept-and-cancelled": Story(cancelled_before_its_day, "cancelled"),
    "approved": Gated(approved, "completed"),
    "approved-elsewhere": Gated(approved_elsewhere, "completed"),
}
