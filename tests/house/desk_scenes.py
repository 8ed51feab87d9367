"""What people do at the desk and in the cloud console."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.desk.person import Person
from tests.flow.life import DECLINED, Life, an_order
from tests.house.deeds import give_up, lapse, placed, sums_off, webhook, work_off
from waybill.edi import store as edi
from waybill.edi.model.record import OUT, SENT, Kept
from waybill.fulfilment import deliveries
from waybill.kernel.events import Event
from waybill.shop import store


def at_the_desk(the: Life) -> None:
    order_id = placed(the, an_order(("TEA", 1), reference="desk"))
    (packed,) = the.fulfil(order_id, "accept", "pick", "pack")
    person = Person(the.world, "key-admin")
    for query in ("", "?attention=backordered", f"?q={order_id}", "?q=desk", "?q=ada@example.com"):
        assert person.get(f"/desk{query}") == 200, query
    assert person.get(f"/desk/orders/{order_id}/labels/{packed['id']}/1-label.pdf") == 200
    for page in (f"/desk/orders/{order_id}", "/desk/stock", "/desk/intake"):
        assert person.get(page) == 200, page
    _seen(person.post(f"/desk/orders/{order_id}/cancel", reason="customer_asked"))
    parted = placed(the, an_order(("POT", 1), ("CUP", 1), reference="parted"))
    the.carry_out(the.work(parted)[:1])
    the.settle()
    person.get(f"/desk/orders/{parted}")
    _seen(person.post(f"/desk/orders/{parted}/cancel-rest", reason="out_of_stock"))
    the.settle()
    assert the.order(parted)["status"] == "shipped"
    _seen(person.get("/desk/documents"))
    webhook(the, b'{"id": 2}', "products/update")
    person.get("/desk/intake")
    found = re.search(r'name="document" value="([^"]+)"', person.page)
    assert found
    assert person.get(f"/desk/documents/{found[1]}") == 200
    _seen(person.post("/desk/documents/redrive", document=found[1]))
    person.get("/desk")
    _seen(person.post("/desk/sign-out"))


def decided_at_the_desk(the: Life) -> None:
    person, off, poor = Person(the.world, "key-admin"), placed(the, sums_off()), placed(the, an_order(token=DECLINED))
    person.get(f"/desk/orders/{off}")
    hold = re.search(r'name="hold" value="([^"]+)"', person.page)
    assert hold
    _seen(person.post(f"/desk/orders/{off}/release-hold", hold=hold[1]))
    person.get(f"/desk/orders/{poor}")
    _seen(person.post(f"/desk/orders/{poor}/retry-payment"))


def money_at_the_desk(the: Life) -> None:
    order = an_order(reference="money")
    clerk, finance = Person(the.world, "key-support"), Person(the.world, "key-finance")
    later, gone, lapsed = placed(the, {**order, "tenders": [{"kind": "terms", "amount": order["total"]}]}), placed(the, an_order()), placed(the, an_order())
    work_off(the, gone)
    page = f"/desk/orders/{gone}"
    clerk.get(f"{page}/refund")
    assert clerk.post(f"{page}/refund", goodwill="600.00") == 409 and clerk.post(f"{page}/refund", everything="1") == 200
    seen = re.search(r'name="seen" value="([^"]+)"', clerk.page)
    assert seen
    store.save(store.POLICY, "refunds", {"limit": {"USD": 500}})
    _seen(clerk.post(f"{page}/refunds", everything="1", seen=seen[1]))
    finance.get(page)
    _seen(finance.post(f"{page}/refunds/1/approve"))
    finance.get(f"/desk/orders/{later}")
    _seen(finance.post(f"/desk/orders/{later}/payments/1/paid", amount=order["total"], seen="1"))
    lapse(the, lapsed)
    clerk = Person(the.world, "key-support")  # a session ends before an authorisation does
    clerk.get(f"/desk/orders/{lapsed}")
    _seen(clerk.post(f"/desk/orders/{lapsed}/payments/1/retry", seen="3"))
    the.settle()
    work_off(the, lapsed)


def work_at_the_desk(the: Life) -> None:
    person, begun, packed, left = Person(the.world, "key-support"), *(placed(the, an_order(("TEA", 2))) for _ in range(3))
    (work,), (labelled,) = the.fulfil(begun, "accept"), the.fulfil(packed, "accept", "pick", "pack")
    (shipped,) = the.fulfil(left, "accept", "pick", "pack", "ship")
    for queue in ("work", "approval", "scheduled", "fetch", "cancelling", "held", "label", "parcels", "vans", "claims", "edi", "untold"):
        assert person.get(f"/desk/fulfilment?queue={queue}") == 200, queue

    def do(it: dict[str, Any], verb: str, **fields: str) -> None:
        person.get(f"/desk/orders/{it['order_id']}")
        _seen(person.post(f"/desk/orders/{it['order_id']}/work/{it['id']}/{verb}", **fields))
        the.settle()

    do(work, "hold", reason="a look first")
    do(work, "release")
    do(work, "split", **{"units-0": "1"}, seen="1")
    do(work, "move", node={"reno": "columbus", "columbus": "reno"}[work["node"]])
    (rest,) = [each for each in the.work(begun) if each["status"] == "accepted"]
    do(rest, "short", **{"units-0": "1"}, reason="DAMAGED", seen="1")
    _kept_at_the_desk(the, do)
    do(labelled, "void", package="1")
    the.fulfil(packed, "pack")
    do(labelled, "relabel")
    for hour, status in enumerate(("in_transit", "lost")):
        the.scan(shipped["packages"][0], status, f"2026-11-24T{hour:02d}:00:00Z")
    the.settle()
    do(shipped, "reship", package="1", reason="LOST")
    person.get("/desk/fulfilment?queue=parcels")
    close = re.search(rf"{shipped['id']}.*?action=\"(/desk/fulfilment/cases/[^\"]+)\"", person.page, re.DOTALL)
    assert close
    _seen(person.post(close[1], why="sent again"))
    _answered_at_the_desk(the, do)
    _handed_over_at_the_desk(the, person, do)
    event = Event("desk-untold", "fulfilment_order.requested", "2026-11-24T00:00:00.000Z", begun, {"fo_id": work["id"], "node": work["node"]})
    deliveries.note(event, work["node"], 500, "2026-11-24T00:00:01.000Z")
    edi.save(Kept("edi_desk", "reno", OUT, "000000008", "2020-11-24T00:00:00.000Z", "event", status=SENT, minutes=60))
    for queue, path in (("untold", "deliveries/desk-untold"), ("edi", "interchanges/edi_desk/close")):
        person.get(f"/desk/fulfilment?queue={queue}")
        _seen(person.post(f"/desk/fulfilment/{path}"))
    the.settle()


def _handed_over_at_the_desk(the: Life, person: Person, do: Callable[..., None]) -> None:
    order = an_order(("TEA", 2))
    (work,) = the.fulfil(placed(the, {**order, "shipping": {**order["shipping"], "pickup_node": "reno"}}), "accept", "pick")
    do(work, "ready")
    assert person.get("/desk/fulfilment?queue=fetch") == 200 and work["id"] in person.page
    do(work, "collect", **{"units-0": "1"}, said="Ada Byron", let_go="1", seen="9")


def _kept_at_the_desk(the: Life, do: Callable[..., None]) -> None:
    store.save(store.POLICY, "approval", {"all": True})
    store.forget()
    day = (the.world.now() + timedelta(days=3)).date().isoformat()
    for verbs in (("approve", "reschedule", "open"), ("reject",)):
        order = an_order(("TEA", 1))
        order_id = placed(the, {**order, "shipping": {**order["shipping"], "ship_not_before": day}})
        (work,) = the.order(order_id)["fulfilment_orders"]
        for verb in verbs:
            do({**work, "order_id": order_id}, verb, day=(the.world.now() + timedelta(days=9)).date().isoformat(), reason="OTHER")
        give_up(the, order_id)
    store.save(store.POLICY, "approval", {})
    store.forget()


def _answered_at_the_desk(the: Life, do: Callable[..., None]) -> None:
    before = store.nodes()
    for node in before:
        store.save(store.NODE, node.id, replace(node, cancels="asked"))
    store.forget()
    for answer in ("cancellation-accept", "cancellation-decline"):
        (work,) = the.fulfil(placed(the, an_order(("TEA", 1))), "accept")
        give_up(the, work["order_id"])
        do(work, answer, reason="on the truck")
    for node in before:
        store.save(store.NODE, node.id, node)
    store.forget()


def in_the_console(the: Life) -> None:
    order_id, off = placed(the, an_order(token=DECLINED)), placed(the, sums_off())
    (hold,) = the.order(off)["holds"]
    asked: list[dict[str, Any]] = [{"describe": True}, {}, {"attention": "payment"}, {"order": order_id}]
    asked += [{"do": "retry-payment", "order": order_id}, {"do": "release-hold", "order": off, "hold": hold["id"]}]
    for event in (*asked, {"do": "cancel", "order": order_id, "reason": "customer_asked"}):
        assert '<p class="stuck">' not in str(the.world.handler("desk")(event, None)), event
        the.settle()
    assert the.order(order_id)["status"] == "cancelled"


def _seen(status: int) -> None:
    assert status == 303
