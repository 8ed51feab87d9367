"""What a customer fetches, at the desk: made ready, handed over whole or in part, and what waits at each store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from proof.stories import fetched_at
from tests.desk.person import Person
from tests.desk.test_work_through_the_system import do, now
from tests.flow.life import Life, life


@pytest.fixture(scope="module")
def the() -> Iterator[Life]:
    with life({("TEA", "columbus"): 200, ("CUP", "columbus"): 200}) as made:
        yield made


@pytest.fixture(scope="module")
def clerk(the: Life) -> Person:
    return Person(the.world, "key-support")


def picked(the: Life, *lines: tuple[str, int]) -> dict[str, Any]:
    order = fetched_at("columbus", *(lines or (("TEA", 3),)))
    order_id = the.place(order, order["external_reference"])
    the.settle()
    (work,) = the.fulfil(order_id, "accept", "pick")
    return work


def waiting(the: Life, clerk: Person) -> dict[str, Any]:
    work = picked(the)
    assert do(clerk, work, "ready") == 303
    the.settle()
    return work


def test_it_is_made_ready_and_who_did_it_is_told(the: Life, clerk: Person) -> None:
    work = waiting(the, clerk)
    assert (now(work).status, now(work).history[-1].actor.partition(":")[0]) == ("ready_for_pickup", "desk")
    clerk.get(f"/desk/orders/{work['order_id']}")
    assert "3 units to be fetched at" in clerk.page and "Hand over" in clerk.page
    assert f'"{now(work).pickup.code}"' not in clerk.page and f">{now(work).pickup.code}<" not in clerk.page


@pytest.mark.parametrize("by", ["code", "name"])
def test_it_is_handed_over_to_the_code_or_the_name(the: Life, clerk: Person, by: str) -> None:
    work = waiting(the, clerk)
    assert do(clerk, work, "collect", said="000000" if now(work).pickup.code != "000000" else "111111") == 422
    assert do(clerk, work, "collect", said="Charles Babbage") == 422
    assert do(clerk, work, "collect", said=" ") == 422
    assert do(clerk, work, "collect", said=now(work).pickup.code if by == "code" else "ada byron") == 303
    assert now(work).status == "delivered"


def test_a_part_that_is_sent_twice_is_handed_over_once(the: Life, clerk: Person) -> None:
    work = waiting(the, clerk)
    page, seen = f"/desk/orders/{work['order_id']}", str(now(work).version)
    for _ in range(2):
        clerk.get(page)
        assert clerk.post(f"{page}/work/{work['id']}/collect", seen=seen, said="Ada Byron", **{"units-0": "1"}) == 303
    assert now(work).lines["1"].collected == 1
    clerk.get(page)
    assert "2 units to be fetched at" in clerk.page


def test_what_is_left_is_cancelled_where_the_clerk_says_so(the: Life, clerk: Person) -> None:
    work = waiting(the, clerk)
    assert do(clerk, work, "collect", said="Ada Byron", let_go="1", **{"units-0": "2"}) == 303
    the.settle()
    assert (now(work).status, the.order(work["order_id"])["lines"][0]["quantities"]) == ("delivered", {"delivered": 2, "cancelled": 1})


def test_the_list_of_a_store_says_how_long_it_waits_and_until_when_it_is_kept(the: Life, clerk: Person) -> None:
    work = waiting(the, clerk)
    assert clerk.get("/desk/fulfilment?queue=fetch") == 200
    row = re.search(rf"{work['id']}</span>.*?</tr>", clerk.page, re.DOTALL)
    until = now(work).pickup.until
    assert row and "columbus" in row[0] and "3 units" in row[0] and f"{int(until[8:10])} " in row[0]
    assert "By store" in clerk.page and "Not fetched in time" not in row[0]
    the.world.later(8 * 86_400)
    late = Person(the.world, "key-support")
    late.get("/desk/fulfilment?queue=fetch")
    row = re.search(rf"{work['id']}</span>.*?</tr>", late.page, re.DOTALL)
    assert row and "Not fetched in time" in row[0] and "8 d" in row[0]
    the.world.later(-8 * 86_400)


def test_who_may_only_look_sees_no_button(the: Life, clerk: Person) -> None:
    work = waiting(the, clerk)
    viewer = Person(the.world, "key-viewer")
    viewer.get(f"/desk/orders/{work['order_id']}")
    assert "to be fetched at" in viewer.page and "Hand over" not in viewer.page
    assert viewer.post(f"/desk/orders/{work['order_id']}/work/{work['id']}/collect", said="Ada Byron") == 403
    assert now(work).status == "ready_for_pickup"
