"""SQS promises at least once, and a frozen function wakes when it wants: each kind of message in the hands of several workers at once, and of one
who fell asleep over it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

from proof.faults import TWICE
from proof.interleaving import Told
from proof.living import Dweller
from proof.once import as_once
from proof.race import ALL, ALL_IN_PROOF, ASLEEP, DRAWN, Look, Race, Work, moment, told_by_stripe
from proof.sold_stories import LABEL_S, Sold
from proof.stories import STORIES
from proof.van_stories import wanted_at_the_desk
from tests.edi.warehouse import SETTINGS, THEM, US, advice
from tests.flow.life import Life, an_order
from tests.flow.stories import Story, delivered
from tests.house.deeds import lapse
from tests.imports.desk import row, sheet
from waybill.aws import files, queues
from waybill.edi.model import documents, shipping_advice
from waybill.edi.model.shipping_advice import Carton
from waybill.edi.model.x12 import written
from waybill.shop import store as shop


def _imported(the: Life) -> str:
    """Two orders in a spreadsheet, one of which cannot be."""
    file = sheet(row("paper-1"), row("paper-2", quantity="x"))
    assert the.call("POST", "/v1/imports?channel=api", file, who="api", idempotency_key="sheet", content_type="text/csv").status == 202
    the.settle()
    return ""


def _looked_up(the: Life) -> str:
    """The gateway says that something has happened to a payment."""
    id = delivered(the)
    assert told_by_stripe(the, id, "charge.refunded").status == 200
    the.settle()
    return id


def _cared_for(the: Life) -> str:
    """An authorisation is about to lapse."""
    id = the.place(an_order())
    the.settle()
    the.world.later(6 * 86_400)
    the.world.handler("payment_care")({}, None)
    the.settle()
    return id


def _tried_again(the: Life) -> str:
    """An authorisation has lapsed, and a person tries again."""
    id = the.place(an_order())
    the.settle()
    lapse(the, id)
    assert the.call("POST", f"/v1/orders/{id}/payments/1/retry", {}, idempotency_key="again").status == 202
    the.settle()
    return id


def _advised(the: Life) -> str:
    """A warehouse that speaks EDI puts its shipping advice into its folder, and S3 says so."""
    for node in shop.nodes():
        shop.save(shop.NODE, node.id, replace(node, webhook_url="", settings={"edi": SETTINGS}))
    shop.forget()
    id = the.place(an_order(("TEA", 2)))
    the.settle()
    (work,) = the.order(id)["fulfilment_orders"]
    carton = Carton({"TEA": 2}, "1ZRACE")
    text = written(documents.enclosed(THEM, US, 1, "202611292200", [(shipping_advice.KIND, advice(work["id"], carton))]))
    key = f"edi/{work['node']}/in/advice.edi"
    files.put(key, text.encode(), "application/edi-x12")
    queues.send("EDI_IN_QUEUE_URL", {"Records": [{"s3": {"object": {"key": key}}}]})
    the.settle()
    return id


LIVES = {
    **STORIES,
    "imported": Story(_imported, ""),
    "looked-up": Story(_looked_up, "completed"),
    "cared-for": Story(_cared_for, "released"),
    "tried-again": Story(_tried_again, "released"),
    "advised": Story(_advised, "shipped"),
    "van-wanted": Sold(wanted_at_the_desk, "in_fulfilment"),
}
KINDS = {
    "IntakeQueue": {"document": "delivered"},
    "ImportsQueue": {"document": "imported"},
    "StockQueue": {
        "reserve": "delivered",
        "release": "declined",
        "fulfilment_order.shipped": "delivered",
        "order.cancelled": "cancelled",
        "order.edited": "edited-up",
        "order.lines_cancelled": "without-a-part",
    },
    "PaymentQueue": {
        "authorise": "delivered",
        "fulfilment_order.shipped": "delivered",
        "level": "edited-up",
        "look": "looked-up",
        "care": "cared-for",
        "secure": "tried-again",
        "order.cancelled": "cancelled",
        "order.lines_cancelled": "without-a-part",
        "refund.granted": "refunded",
    },
    "RoutingQueue": {
        "route": "split",
        "fulfilment_order.rejected": "rejected",
        "fulfilment_order.short": "short-rerouted",
        "fulfilment_order.shipped": "delivered",
        "order.edited": "edited-backorder",
        "order.lines_cancelled": "without-a-part",
        "order.stock_arrived": "in-parts",
    },
    "WaitsQueue": {
        "hold": "sums-off",
        "stock": "backordered",
        "payment": "declined",
        "remorse": "thought-over",
        "order.cancelled": "cancelled",
        "order.hold_released": "released-once",
        "order.reshipped": "reshipped",
    },
    "NodePushQueue": {
        "fulfilment_order.requested": "delivered",
        "fulfilment_order.cancellation_requested": "cancellation-accepted",
        "fulfilment_order.cancelled": "cancelled",
        "fulfilment_order.rejected": "moved",
        "fulfilment_order.reduced": "fewer-at-the-store",
    },
    "NotificationsQueue": {
        "order.confirmed": "delivered",
        "order.backordered": "backordered",
        "order.cancelled": "cancelled",
        "order.cancellation_declined": "cancellation-declined",
        "order.edited": "edited-up",
        "order.lines_cancelled": "without-a-part",
        "fulfilment_order.shipped": "delivered",
        "fulfilment_order.delivered": "delivered",
        "fulfilment_order.ready_for_pickup": "fetched",
        "fulfilment_order.pickup_reminder": "fetched",
        "fulfilment_order.undeliverable": "sold-reshipped",
    },
    "AccountingQueue": {
        "fulfilment_order.shipped": "delivered",
        "fulfilment_order.label_bought": "sold",
        "fulfilment_order.label_voided": "sold-cancelled-packed",
        "fulfilment_order.return_labelled": "sold-comes-back",
        "fulfilment_order.return_voided": "sold-comes-back",
        "fulfilment_order.return_tracked": "comes-back",
        "order.lines_cancelled": "the-rest-cancelled",
        "payment.captured": "delivered",
        "payment.recorded": "shopify",
        "payment.refunded": "refunded",
        "refund.granted": "refunded",
    },
    "ChannelAcksQueue": {
        "fulfilment_order.ready_for_pickup": "fetched",
        "fulfilment_order.shipped": "shopify",
        "order.cancelled": "cancelled-paid-outside",
        "order.cancellation_declined": "cancellation-declined",
        "order.lines_cancelled": "without-a-part",
        "payment.refund_owed": "cancelled-paid-outside",
        "payment.refunded": "refunded",
    },
    "ChannelChangesQueue": {"document": "changed-by-channel"},
    "ParcelsQueue": {
        "fulfilment_order.cancelled": "sold-cancelled-packed",
        "fulfilment_order.reduced": "sold-other-parcel-cancelled",
        "fulfilment_order.rejected": "sold-short-of-all",
        "fulfilment_order.short": "sold-short-packed",
        "collection.asked": "van-wanted",
    },
    "EdiInQueue": {"document": "advised"},
}
"""Every kind of message of the lives of an order, and a life in which it comes: {queue: {what it is about: story}}."""


def at_several(queue: str, word: str, workers: int) -> Callable[[Dweller], tuple[list[Work], Look]]:
    """One message at so many workers at once. Whatever they do, the world ends as it does with one."""

    def begin(the: Dweller) -> tuple[list[Work], Look]:
        message = moment(the, LIVES[KINDS[queue][word]].tell, queue, word)
        work = functools.partial(the.world.deliver, queue, [message])
        return [work] * workers, as_once(the, work, functools.partial(_settle, the, queue))

    return begin


def asleep_over(queue: str, word: str) -> Callable[[Dweller], tuple[list[Work], Look]]:
    """A worker falls asleep over a message, the queue gives it to another in time, and then he wakes and goes on."""

    def begin(the: Dweller) -> tuple[list[Work], Look]:
        message = moment(the, LIVES[KINDS[queue][word]].tell, queue, word)
        work = functools.partial(the.world.deliver, queue, [message])

        def meanwhile() -> None:
            the.world.later(the.world.cloud.sqs.queues[queue].settings.visibility_s)
            the.settle()

        look = as_once(the, lambda: (work(), the.settle(), meanwhile()), the.settle)

        def then(told: Told) -> list[str]:
            told.doubled = int(TWICE in told.calls[-2:])  # nobody can call a letter back that is being handed over
            return [line for line in look(told) if not told.doubled or not line.startswith("mails")]

        return [work, meanwhile], then

    return begin


def _settle(the: Dweller, queue: str) -> None:
    """With what looks again after a while whether a label is given back."""
    the.settle()
    if queue == "ParcelsQueue":
        the.world.later(LABEL_S)
        the.settle()


_MANY_FOR_TWO = {
    "StockQueue": ("reserve", "release", "fulfilment_order.shipped", "order.cancelled", "order.edited"),
    "PaymentQueue": ("refund.granted",),
    "ImportsQueue": ("document",),
    "WaitsQueue": ("stock",),
}
_MANY_FOR_THREE = {
    "StockQueue": ("fulfilment_order.shipped", "order.cancelled"),
    "PaymentQueue": ("authorise", "fulfilment_order.shipped", "secure", "order.cancelled"),
    "RoutingQueue": ("route",),
    "WaitsQueue": ("payment",),
    "ParcelsQueue": ("collection.asked",),
}
"""Of these there are up to a thousand schedules."""
_TOO_MANY_FOR_TWO = {"RoutingQueue": ("fulfilment_order.rejected", "fulfilment_order.short"), "EdiInQueue": ("document",)}
_TOO_MANY_FOR_THREE = {
    "StockQueue": ("reserve", "release", "order.edited"),
    "PaymentQueue": ("level", "refund.granted"),
    "ImportsQueue": ("document",),
    "WaitsQueue": ("stock",),
    **_TOO_MANY_FOR_TWO,
}
"""Of these thousands."""


def _tried(queue: str, word: str, workers: int) -> str:
    too_many, many = (_TOO_MANY_FOR_TWO, _MANY_FOR_TWO) if workers == 2 else (_TOO_MANY_FOR_THREE, _MANY_FOR_THREE)
    if word in too_many.get(queue, ()):
        return DRAWN
    return ALL_IN_PROOF if word in many.get(queue, ()) else ALL


def _races(queue: str, word: str, story: str) -> dict[str, Race]:
    kind, of = f"{queue} {word}", LIVES[story]
    return {
        f"{kind} twice": Race(at_several(queue, word, 2), of.stock, of.set_up, _tried(queue, word, 2)),
        f"{kind} thrice": Race(at_several(queue, word, 3), of.stock, of.set_up, _tried(queue, word, 3)),
        f"{kind} asleep": Race(asleep_over(queue, word), of.stock, of.set_up, how=ASLEEP),
    }


MESSAGES = {name: race for queue, words in KINDS.items() for word, story in words.items() for name, race in _races(queue, word, story).items()}
