"""What people do with drafts."""

from __future__ import annotations

from datetime import timedelta

from tests.desk.person import Person
from tests.desk.test_taking_orders import form_of
from tests.flow.life import Life, an_order
from tests.house.deeds import ok
from waybill.shop import store
from waybill.shop.model import Channel

_SAID = {
    "customer": {"email": "ada@example.com", "name": "Ada Byron"},
    "ship_to": {"name": "Ada Byron", "line1": "500 Main St", "city": "Denver", "region": "CO", "postal_code": "80202"},
    "lines": [{"sku": "TEA", "quantity": 2}, {"sku": "CUP", "quantity": 1}],
}


def drafts_made(the: Life) -> None:
    store.save(store.CHANNEL, "phone", Channel("phone", "phone", "Phone"))
    store.forget()
    first, second, third = (ok(the.call("POST", "/v1/drafts", _SAID, "support", idempotency_key=f"call-{n}")).json()["id"] for n in range(3))
    ok(the.call("PUT", f"/v1/drafts/{first}", {**_SAID, "tenders": [{"kind": "terms"}]}, "support"))
    ok(the.call("POST", f"/v1/drafts/{first}/hold", who="support"))
    ok(the.call("PUT", f"/v1/drafts/{first}", {**_SAID, "lines": [{"sku": "TEA", "quantity": 1}], "tenders": [{"kind": "terms"}]}, "support"))
    ok(the.call("POST", f"/v1/drafts/{first}/hold", who="support"))
    order_id = ok(the.call("POST", f"/v1/drafts/{first}/place", who="support")).json()["order_id"]
    the.settle()
    assert the.order(order_id)["status"] == "released"
    until = {"expires_on": (the.world.now().date() + timedelta(days=1)).isoformat()}
    for verb in ("quote", "reopen", "quote"):
        ok(the.call("POST", f"/v1/drafts/{second}/{verb}", until if verb == "quote" else None, "support"))
    ok(the.call("DELETE", f"/v1/drafts/{third}", who="support"))
    for path in ("", "?status=quoted", f"/{second}"):
        assert second in ok(the.call("GET", f"/v1/drafts{path}", who="support")).content.decode() or not path
    taken = ok(the.call("POST", "/v1/drafts", {**_SAID, "tenders": [{"kind": "terms"}]}, "support", idempotency_key="taken")).json()["id"]
    ok(the.call("POST", "/v1/orders", {**an_order(reference=taken), "channel": "phone"}, idempotency_key="taken"))
    the.settle()
    assert the.call("POST", f"/v1/drafts/{taken}/place", who="support").status == 409
    the.world.later(40 * 86_400)
    assert the.world.handler("drafts")({"detail-type": "Scheduled Event"}, None)["expired"] == 1
    the.world.later(-40 * 86_400)


def orders_taken_at_the_desk(the: Life) -> None:
    person = Person(the.world, "key-support")
    paid = {"tender-0-kind": "terms", "customer-email": "ada@example.com", **{f"ship_to-{name}": value for name, value in _SAID["ship_to"].items()}}
    until = the.world.now().date().isoformat()
    for deeds in (("hold", "hold", "place"), ("hold", "quote", "reopen", "discard")):
        person.get("/desk/drafts/new")
        assert person.post("/desk/drafts", **{**form_of(person), **paid, "find": "3 tea"}) == 303
        (draft,) = ok(the.call("GET", "/v1/drafts?limit=1", who="support")).json()["items"]
        path = f"/desk/drafts/{draft['id']}"
        for units, deed in zip((3, 2, 2, 2), deeds, strict=False):
            person.get(f"{path}?find=cup")
            fields = form_of(person)
            more = {"line-0-quantity": str(units)} if "line-0-quantity" in fields else {}
            assert person.post(path, **{**fields, **more, "find": "", "do": deed, "until": until}) == 303, person.page
    assert person.get("/desk/drafts?status=placed") == 200
    the.settle()
