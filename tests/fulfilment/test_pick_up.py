"""What a customer fetches: made ready at its store, waiting there, handed over, or given back to the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from proof.living import living
from proof.scheduler import First
from proof.stories import fetched_at
from tests.flow.life import Life, an_order
from waybill.fulfilment.model import pickup
from waybill.fulfilment.model.fulfilment_order import AtNode, FulfilmentOrder, Pickup
from waybill.fulfilment.service import load
from waybill.kernel.errors import IllegalTransition, InvalidInput
from waybill.shop import store as shop

AT, LATER = "2026-11-23T03:20:00.000Z", "2026-11-30T03:20:00.000Z"


@pytest.fixture
def the() -> Iterator[Life]:
    with living(None, First(), 0) as made:
        yield made


def waiting(the: Life, node: str = "columbus") -> tuple[str, str]:
    """(order, fulfilment order) that lies at the counter."""
    order_id = the.place(fetched_at(node))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick", "ready")
    the.settle()
    return order_id, work["id"]


def collect(the: Life, fo_id: str, who: str = "columbus", **said: str) -> int:
    return the.call("POST", f"/v1/fulfilment-orders/{fo_id}/collect", said, who).status


def picked(here: bool = True) -> FulfilmentOrder:
    return FulfilmentOrder("fo_x-1", "ord_x", "reno", "picked", {"a": AtNode(2, 2)}, AT, pickup=Pickup("reno" if here else "columbus"))


def test_only_the_store_that_is_named_is_asked(the: Life) -> None:
    for node in ("reno", "columbus"):
        order_id = the.place(fetched_at(node, ("TEA", 1)), key=f"k-{node}")
        the.settle()
        assert [work["node"] for work in the.work(order_id)] == [node]


def test_what_the_store_has_not_is_shipped_from_nowhere_else_where_the_policy_says_so(the: Life) -> None:
    the.call("PUT", "/v1/policies/pickup", {"ship_to_store": False})
    shop.forget()
    order_id = the.place(fetched_at("reno", ("CUP", 1)))
    the.settle()
    assert the.work(order_id) == [] and the.order(order_id)["status"] in ("backordered", "on_hold")


def sent_to_reno(the: Life) -> tuple[str, str]:
    """(order, fulfilment order) that columbus has sent to the store, and that has come."""
    order_id = the.place(fetched_at("reno", ("CUP", 1)))
    the.settle()
    (work,) = the.fulfil(order_id)
    the.settle()
    assert (work["node"], work["ship_to"]["line1"], work["ship_to"]["name"]) == ("columbus", "1 Lake St", "Ada Byron")
    the.deliver([work])
    the.settle()
    return order_id, work["id"]


def test_another_node_sends_to_the_store_what_it_has_not(the: Life) -> None:
    order_id, fo_id = sent_to_reno(the)
    assert (load(fo_id)[1].status, the.order(order_id)["status"]) == ("ready_for_pickup", "shipped")
    assert [each["id"] for each in the.call("GET", "/v1/fulfilment-orders?status=ready_for_pickup", None, "reno").json()["items"]] == [fo_id]


def test_what_was_sent_to_the_store_is_delivered_only_when_it_is_fetched_there(the: Life) -> None:
    order_id, fo_id = sent_to_reno(the)
    assert the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "never came"}).status == 409
    assert collect(the, fo_id, "reno", code="nonsense") == 422
    for _ in range(2):
        assert collect(the, fo_id, "reno", code=load(fo_id)[1].pickup.code) == 200
    the.settle()
    assert (load(fo_id)[1].status, the.order(order_id)["status"]) == ("delivered", "completed")
    told = [entry["type"] for entry in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"]]
    assert told.count("payment.captured") == told.count("fulfilment_order.shipped") == told.count("fulfilment_order.collected") == told.count("order.delivered") == 1


def test_the_store_has_no_say_before_it_is_there(the: Life) -> None:
    order_id = the.place(fetched_at("reno", ("CUP", 1)))
    the.settle()
    (work,) = the.fulfil(order_id)
    assert collect(the, work["id"], "reno", name="Ada Byron") == 404


def test_an_unknown_store_is_refused_at_the_door(the: Life) -> None:
    reply = the.call("POST", "/v1/orders", fetched_at("atlantis"), "api", idempotency_key="k")
    assert reply.status == 422 and b"shipping.pickup_node" in reply.content


def test_its_goods_are_addressed_to_the_store_care_of_the_customer(the: Life) -> None:
    customer = the.order(waiting(the)[0])["customer"]
    assert (customer["ship_to"]["name"], customer["ship_to"]["line1"], customer["bill_to"]["line1"]) == ("Ada Byron", "2 High St", "500 Main St")


def test_nothing_is_packed_of_what_is_fetched(the: Life) -> None:
    order_id = the.place(fetched_at("columbus"))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick")
    assert "pack" not in work["supported_actions"] and "ready" in work["supported_actions"]
    refused = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/pack", {}, "columbus")
    assert refused.status == 409 and "ready" in refused.json()["detail"]


def test_what_is_sent_is_not_made_ready(the: Life) -> None:
    order_id = the.place(an_order(("TEA", 1)))
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick")
    assert the.call("POST", f"/v1/fulfilment-orders/{work['id']}/ready", {}, work["node"]).status == 409


def test_it_is_handed_over_to_the_code_or_the_name_and_to_nobody_else(the: Life) -> None:
    _, fo_id = waiting(the)
    code = load(fo_id)[1].pickup.code
    assert len(code) == 6
    other = f"{(int(code) + 1) % 10**6:06d}"
    assert collect(the, fo_id, code=other) == collect(the, fo_id, name="Charles Babbage") == 422
    assert collect(the, fo_id) == collect(the, fo_id, code=code, name="Ada Byron") == 422
    assert collect(the, fo_id, "reno", code=code) == 404
    assert load(fo_id)[1].status == "ready_for_pickup"
    assert collect(the, fo_id, code=code) == collect(the, fo_id, code=code) == 200


def test_the_code_is_in_the_mail_and_nowhere_that_a_node_looks(the: Life) -> None:
    order_id, fo_id = waiting(the)
    code = load(fo_id)[1].pickup.code
    for path in (f"/v1/fulfilment-orders/{fo_id}", f"/v1/orders/{order_id}", f"/v1/orders/{order_id}/timeline", "/v1/fulfilment-orders?status=ready_for_pickup"):
        reply = the.call("GET", path)
        assert reply.status == 200 and f'"{code}"'.encode() not in reply.content


def test_with_its_collection_it_has_left_and_arrived_and_is_paid(the: Life) -> None:
    order_id, fo_id = waiting(the)
    assert the.order(order_id)["lines"][0]["quantities"] == {"picked": 2}
    assert collect(the, fo_id, name="ada byron") == 200
    the.settle()
    order = the.order(order_id)
    assert (order["status"], order["lines"][0]["quantities"]) == ("completed", {"delivered": 2})
    told = [entry["type"] for entry in the.call("GET", f"/v1/orders/{order_id}/timeline").json()["items"]]
    assert told.count("payment.captured") == 1


def test_a_store_finds_what_waits_there(the: Life) -> None:
    _, fo_id = waiting(the)

    def seen(query: str, who: str = "columbus") -> list[str]:
        return [each["id"] for each in the.call("GET", f"/v1/fulfilment-orders{query}", None, who).json()["items"]]

    assert seen("?status=ready_for_pickup") == [fo_id] and seen("") == [] and seen("?status=ready_for_pickup", "reno") == []


def test_what_waits_can_be_cancelled_and_its_stock_comes_back(the: Life) -> None:
    order_id, fo_id = waiting(the)
    assert the.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": "never came"}).status == 200
    the.settle()
    assert load(fo_id)[1].status == "cancelled" and collect(the, fo_id, name="Ada Byron") == 409
    rows = the.call("GET", "/v1/inventory/TEA").json()["nodes"]
    assert all(row["reserved"] == 0 for row in (rows.values() if isinstance(rows, dict) else rows))


def test_it_is_not_moved_to_where_the_customer_does_not_come(the: Life) -> None:
    order_id = the.place(fetched_at("columbus", ("TEA", 1)))
    the.settle()
    (work,) = the.work(order_id)
    refused = the.call("POST", f"/v1/fulfilment-orders/{work['id']}/move", {"node": "reno"})
    assert refused.status == 409 and "columbus" in refused.json()["detail"]


def test_who_does_not_come_is_reminded_once_and_then_a_person_is_told_once(the: Life) -> None:
    _, fo_id = waiting(the)

    def told() -> list[str]:
        the.world.tick("parcels")
        return [entry.type.removeprefix("fulfilment_order.") for entry in load(fo_id)[1].history][4:]

    assert told() == []
    the.world.later(3.5 * 86_400)
    assert told() == told() == ["pickup_reminder"]
    the.world.later(3.5 * 86_400)
    assert told() == told() == ["pickup_reminder", "not_collected"]
    cases = the.call("GET", "/v1/parcel-cases").json()["items"]
    assert [(case["kind"], case["fulfilment_order"]) for case in cases] == [("not_collected", fo_id)]
    assert collect(the, fo_id, name="Ada Byron") == 200
    the.world.tick("parcels")
    assert the.call("GET", "/v1/parcel-cases").json()["items"] == []


def test_the_policy_says_how_long_it_is_kept(the: Life) -> None:
    assert the.call("PUT", "/v1/policies/pickup", {"days": 0}).status == the.call("PUT", "/v1/policies/pickup", {"weeks": 2}).status == 422
    assert the.call("PUT", "/v1/policies/pickup", {"days": 2}).status == 200
    shop.forget()
    _, fo_id = waiting(the)
    ready = next(entry for entry in load(fo_id)[1].history if entry.type == "fulfilment_order.ready_for_pickup")
    assert ready.data["until"][:10] == "2026-11-25"


def test_a_repeat_of_what_is_ready_keeps_its_first_code() -> None:
    once = pickup.make_ready(picked(), "111111", 7, AT, "n")
    assert pickup.make_ready(once, "222222", 7, LATER, "n") is once
    assert (once.pickup.code, once.pickup.until, once.pickup.due) == ("111111", LATER, "2026-11-26T15:20:00.000Z")


def test_work_that_another_node_sends_to_the_store_is_not_made_ready_there() -> None:
    with pytest.raises(IllegalTransition, match="parcel"):
        pickup.make_ready(picked(here=False), "111111", 7, AT, "n")


@pytest.mark.parametrize(("code", "name"), [("", ""), ("", " "), ("111112", ""), ("", "Ada")])
def test_an_empty_word_opens_nothing(code: str, name: str) -> None:
    with pytest.raises(InvalidInput):
        pickup.refuse_stranger(pickup.make_ready(picked(), "111111", 7, AT, "n"), code, name, ("Ada Byron", ""))
    with pytest.raises(InvalidInput):
        pickup.refuse_stranger(replace(picked(), status="ready_for_pickup"), code, name, ("", ""))
