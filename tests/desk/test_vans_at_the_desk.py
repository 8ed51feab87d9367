"""Carriers' vans at the desk: booked and called off by people, spoken about with carriers by others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.carriers.sold import picked, sold
from tests.carriers.strict_easypost import FOLDER, StrictEasyPost
from tests.desk.person import Person
from tests.fulfilment.floor import Floor
from waybill.fulfilment import collections

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
PAGE = "/desk/fulfilment?queue=vans"


@pytest.fixture
def both() -> Iterator[tuple[Floor, StrictEasyPost]]:
    with sold() as (the, vendor):
        the.do(picked(the), "pack")
        yield the, vendor


def settle(the: Floor) -> None:
    """Queues alone: this floor has no streams."""
    while the.world._queues_once():
        pass


def tomorrow(the: Floor) -> str:
    return (the.world.now() + timedelta(days=1)).date().isoformat()


def test_a_clerk_books_a_van_and_calls_it_off_and_the_desk_speaks_with_no_carrier(both: tuple[Floor, StrictEasyPost]) -> None:
    the, vendor = both
    clerk = Person(the.world, "key-support")
    assert clerk.get(PAGE) == 200 and "<option>easypost</option>" in clerk.page
    said = {"node": "reno", "carrier": "easypost", "date": tomorrow(the), "from": "14:00", "to": "18:00", "place": "Dock <4>", "note": "", "queue": "vans"}
    for _ in range(2):  # a form that is sent twice
        assert clerk.post("/desk/fulfilment/vans", **said) == 303
        clerk.get(PAGE)
    assert vendor.vans == {} and "Dock &lt;4&gt;" in clerk.page and "Requested" in clerk.page
    settle(the)
    clerk.get(PAGE)
    assert len(vendor.coming()) == 1 and vendor.coming()[0] in clerk.page and "Booked" in clerk.page
    off = re.search(r'action="(/desk/fulfilment/vans/[^"]+/cancel)"', clerk.page)
    assert off and clerk.post(off[1], queue="vans") == 303
    assert len(vendor.coming()) == 1
    settle(the)
    assert vendor.coming() == [] and clerk.get(PAGE) == 200 and "Nothing waits here" in clerk.page
    (kept,) = collections.since("reno", tomorrow(the), 9)
    assert [line.by.partition(":")[0] for line in kept.log if line.status in ("requested", "cancelling")] == ["desk", "desk"]


def test_what_cannot_be_is_said_and_nothing_is_asked() -> None:
    with sold(keep_own=True) as (the, vendor):
        refused(the, vendor)


def refused(the: Floor, vendor: StrictEasyPost) -> None:
    clerk = Person(the.world, "key-support")
    said = {"node": "reno", "carrier": "easypost", "date": tomorrow(the), "from": "14:00", "to": "18:00"}
    clerk.get(PAGE)
    assert "<option>parcelway</option>" not in clerk.page
    for wrong in ({"to": "13:00"}, {"date": "2020-01-01"}, {"carrier": "parcelway"}, {"place": "x" * 81}, {"from": ""}, {}):
        clerk.get(PAGE)
        assert clerk.post("/desk/fulfilment/vans", **{**said, **wrong}) in (409, 422), wrong
    clerk.get(PAGE)
    assert clerk.post("/desk/fulfilment/vans/col_x/cancel") == 404
    viewer = Person(the.world, "key-viewer")
    viewer.get(PAGE)
    assert "Book a van" not in viewer.page and viewer.post("/desk/fulfilment/vans", **said) == 403
    assert vendor.vans == {} and collections.since("reno", "2026-01-01", 9) == []


def test_a_van_that_comes_every_day_stands_there_without_being_booked(both: tuple[Floor, StrictEasyPost]) -> None:
    the, _ = both
    settings = {"daily_collections": {"reno": "16:30"}}
    assert the.call("PUT", "/v1/carriers/easypost", {"name": "EasyPost", "kind": "easypost", "settings": settings}).status == 200
    the.restart()
    clerk = Person(the.world, "key-support")
    clerk.get(PAGE)
    assert "Every day" in clerk.page and "16:30" in clerk.page and "/cancel" not in clerk.page
