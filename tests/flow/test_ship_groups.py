"""One order to two addresses, from the door to delivered: each place's goods go by themselves, and all else is one order still."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_string
from email.policy import default
from typing import Any

import pypdfium2
import pytest

from tests.flow.life import Life
from tests.flow.lived import life
from tests.flow.stories import to_two_places
from waybill.orders.store import ORDERS
from waybill.routing.model.receipt import unfolded

STOCK = {("TEA", "reno"): 20, ("TEA", "columbus"): 20, ("CUP", "reno"): 20, ("CUP", "columbus"): 20}


@pytest.fixture
def the() -> Iterator[Life]:
    with life(STOCK) as made:
        yield made
        assert not made.world.dead_letters()


def placed(the: Life, **changed: Any) -> str:
    order_id = the.place(to_two_places(**changed))
    the.settle()
    return order_id


def of_group(work: list[dict[str, Any]], city: str) -> list[dict[str, Any]]:
    return [each for each in work if each["ship_to"]["city"] == city]


def test_each_address_has_its_own_work_and_no_parcel_mixes_them(the: Life) -> None:
    work = the.work(placed(the))
    own, mums = of_group(work, "Denver"), of_group(work, "Carson City")
    assert len(own) + len(mums) == len(work)
    assert [list(each["lines"]) for each in own] == [["1"]] and [sorted(each["lines"]) for each in mums] == [["2", "3"]]
    assert (own[0]["service"]["method"], mums[0]["service"]) == ("standard", {"method": "express", "promise_days": 2})


def test_each_group_is_decided_by_itself_from_its_own_address_and_says_why(the: Life) -> None:
    order_id = placed(the)
    first, second = [unfolded(item)["asked"] for item in ORDERS.partition(f"ORDER#{order_id}", prefix="DECISION#")]
    assert [line[0] for line in first["lines"]] == ["1"] and [line[0] for line in second["lines"]] == ["2", "3"]
    assert (first["order"]["region"], second["order"]["region"]) == ("CO", "NV")
    assert (second["order"]["shipping_method"], second["order"]["units"]) == ("express", 2)
    far = {site[0]: site[1] for site in first["sites"]}, {site[0]: site[1] for site in second["sites"]}
    assert far[0]["reno"] > far[1]["reno"]
    for decision in the.call("GET", f"/v1/orders/{order_id}/decisions").json()["items"]:
        assert the.call("POST", f"/v1/routing/decisions/{decision['id']}:replay").json()["identical"]


def test_the_papers_of_a_parcel_name_its_own_address_alone(the: Life) -> None:
    order_id = placed(the)
    the.fulfil(order_id, "accept", "pick", "pack")
    for work in the.work(order_id):
        for paper in ("label", "packing-slip"):
            content = the.call("GET", f"/v1/fulfilment-orders/{work['id']}/packages/1/{paper}").content
            said = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content))
            here, there = ("9 Elm St", "500 Main St") if work["ship_to"]["city"] == "Carson City" else ("500 Main St", "9 Elm St")
            assert here in said and there not in said


def test_the_confirmation_names_both_addresses_and_each_parcels_mail_its_own(the: Life) -> None:
    order_id = placed(the)
    the.fulfil(order_id)
    the.settle()
    mails = [message_from_string(mail, policy=default) for mail in the.world.mails()]
    said = [mail.get_body(("plain",)).get_content() for mail in mails]
    places = [("500 Main St" in text, "9 Elm St" in text) for text in said]
    assert sorted(places) == [(False, True), (True, False), (True, True)]


def test_the_order_is_one_to_its_end_and_its_money_is_whole(the: Life) -> None:
    order_id = placed(the)
    shipped = the.fulfil(order_id)
    the.settle()
    the.deliver(shipped)
    the.settle()
    order = the.order(order_id)
    assert order["status"] == "completed" and order["payments"]["charge_status"] == "full"
    assert {line["id"]: line["quantities"]["delivered"] for line in order["lines"]} == {"1": 2, "2": 1, "3": 1}


def test_a_rejected_parcel_of_one_group_is_routed_again_for_that_address(the: Life) -> None:
    order_id = placed(the)
    (mums,) = of_group(the.work(order_id), "Carson City")
    assert the.call("POST", f"/v1/fulfilment-orders/{mums['id']}/reject", {"reason": "NOT_IN_STOCK", "lines": ["2", "3"]}).status == 200
    the.settle()
    (again,) = of_group(the.work(order_id), "Carson City")
    assert again["node"] != mums["node"] and sorted(again["lines"]) == ["2", "3"] and len(of_group(the.work(order_id), "Denver")) == 1


def test_stock_is_shared_among_groups_and_never_promised_twice() -> None:
    with life({("TEA", "reno"): 3, ("CUP", "reno"): 1}) as the:
        order_id = placed(the)
        assert sum(units["quantity"] for work in the.work(order_id) for units in work["lines"].values()) == 4
        short = the.place(to_two_places(), "key-2")
        the.settle()
        assert the.order(short)["status"] == "backordered"
