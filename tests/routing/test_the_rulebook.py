"""Rules through their doors: drafted, tried on what was decided, let stand only if they are no worse, and followed from then on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.routing.in_force import RULES, drafted, put_in_force
from waybill.aws.tables import commit, overwrite
from waybill.orders.store import ORDERS
from waybill.routing.model.receipt import folded, unfolded
from waybill.routing.model.rules import BUILT_IN
from waybill.shop import store as shop

NEAREST = [{"name": "nearest", "pick": ["distance_km"], "next": "any"}, {"name": "any"}]


@pytest.fixture
def the() -> Iterator[Life]:
    with life({("TEA", "reno"): 500, ("TEA", "columbus"): 500, ("CUP", "columbus"): 500, ("CUP", "reno"): 500, ("POT", "reno"): 99}) as made:
        shop.save(shop.POLICY, "routing_gate", {"least_orders": 3, "least_shadow": 1})
        shop.forget()
        yield made


def _ordered(the: Life, orders: int, first: int = 0) -> list[str]:
    """In Reno, so that one of the nodes is near and the other far."""
    to = {"name": "Ada Byron", "line1": "1 Main St", "city": "Reno", "region": "NV", "postal_code": "89501"}
    ids = [
        the.place(an_order(("TEA", 1 + n % 3), ("CUP", n % 2 + 1), reference=f"r-{n}", ship_to=to), f"r-{n}") for n in range(first, first + orders)
    ]
    the.settle()
    return ids


def _rules(*rules: dict[str, Any], orders: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    ours = {"name": "ours", "rules": list(rules), **({"orders": orders} if orders else {})}
    return {"name": "test", "routings": [ours, *([{"name": "others", "rules": [{"name": "any"}]}] if orders else [])]}


def test_a_draft_stands_after_the_back_test_and_the_shadow_and_orders_follow_it_from_then_on(the: Life) -> None:
    _ordered(the, 3)
    draft = drafted(the, {**BUILT_IN.to_dict(), "name": "ours"})
    assert "back-test" in the.call("POST", f"{draft}/activate", {}).json()["detail"]
    gate = the.call("POST", f"{draft}/test", {}, "support").json()["gate"]
    assert (gate["passed"], gate["orders"], gate["different"], gate["before"]) == (True, 3, 0, gate["after"])
    waiting = the.call("POST", f"{draft}/activate", {})
    assert waiting.status == 409 and "0 decisions; 1 are needed" in waiting.json()["detail"]
    _ordered(the, 1, 3)
    assert the.call("GET", draft).json()["shadow"]["orders"] == 1
    assert the.call("POST", f"{draft}/activate", {}).json()["status"] == "active"
    shop.forget()
    (order_id,) = _ordered(the, 1, 4)
    (decision,) = the.call("GET", f"/v1/orders/{order_id}/decisions").json()["items"]
    assert decision["rules"] == 1 and "by rule “cheapest” of “all orders”" in decision["headline"]


def test_fill_or_kill_cancels_at_once_what_there_is_not_stock_enough_for_and_takes_no_money(the: Life) -> None:
    killed = {**_rules({"name": "any"}), "routings": [{"name": "now or never", "fill": "FillOrKill", "rules": [{"name": "any"}]}]}
    put_in_force(the, killed)
    short, whole = the.place(an_order(("TEA", 99_999)), key="short"), the.place(an_order(("TEA", 1)), key="whole")
    the.settle()
    assert (the.order(short)["status"], the.order(whole)["status"]) == ("cancelled", "released")
    assert all(tender["events"] == [] for tender in the.order(short)["payments"]["tenders"])
    assert the.world.dead_letters() == {}


def test_a_routing_that_fills_otherwise_is_refused_by_its_place(the: Life) -> None:
    refused = the.call("POST", RULES, {"name": "x", "routings": [{"name": "a", "fill": "Maybe", "rules": [{"name": "any"}]}]}, "support")
    assert refused.status == 422 and "routings[0].fill" in str(refused.json())


def test_orders_ship_from_where_the_rules_say_and_wait_where_these_leave_nobody(the: Life) -> None:
    east = {"name": "east", "nodes": [{"field": "node", "op": "is", "value": "columbus"}]}
    nobody = {"name": "nobody", "nodes": [{"field": "tags", "op": "has", "value": "nobody has this"}]}
    raw = _rules(nobody, orders=[{"field": "units", "op": "at_least", "value": 9}])
    raw["routings"].insert(1, {"name": "others but teapots", "orders": [{"field": "skus", "op": "has", "value": "CUP"}], "rules": [east]})
    put_in_force(the, raw)
    few, many = the.place(an_order(("CUP", 1), reference="few"), "few"), the.place(an_order(("CUP", 9), reference="many"), "many")
    the.settle()
    assert [work["node"] for work in the.work(few)] == ["columbus"]
    assert the.order(many)["status"] == "backordered"


BAD = {
    "the farthest first": _rules({"name": "far", "pick": ["-distance_km"]}),
    "nobody ships": _rules({"name": "none", "nodes": [{"field": "kind", "op": "is", "value": "moon base"}]}),
    "one node alone": _rules({"name": "one", "nodes": [{"field": "node", "op": "is", "value": "columbus"}]}),
    "everything is kept back": _rules({"name": "kept", "keep": 10**6}),
    "the smallest heap first": _rules({"name": "least", "pick": ["-most_units", "-distance_km"]}),
    "large orders are left out": _rules(
        {"name": "none", "nodes": [{"field": "kind", "op": "is", "value": "zeppelin"}]}, orders=[{"field": "units", "op": "at_least", "value": 4}]
    ),
}


def test_rules_that_are_worse_are_always_blocked(the: Life) -> None:
    _ordered(the, 6)
    for what, raw in BAD.items():
        draft = drafted(the, raw)
        tested = the.call("POST", f"{draft}/test", {}, "support").json()
        assert tested["gate"]["passed"] is False and tested["gate"]["refused"] and tested["rows"], what
        assert the.call("POST", f"{draft}/activate", {}).status == 409, what
    assert {each["status"] for each in the.call("GET", RULES).json()["items"]} == {"draft"}


def test_what_turned_worse_in_shadow_is_blocked_although_the_back_test_was_good(the: Life) -> None:
    _ordered(the, 3)
    nobody = {"name": "nobody", "nodes": [{"field": "priority", "op": "at_least", "value": 99}]}
    draft = drafted(the, _rules(nobody, orders=[{"field": "skus", "op": "has", "value": "POT"}]))
    assert the.call("POST", f"{draft}/test", {}, "support").json()["gate"]["passed"]
    the.place(an_order(("POT", 1), reference="pot"), "pot")
    the.settle()
    refused = the.call("POST", f"{draft}/activate", {})
    assert refused.status == 409 and "in shadow: unshipped: 1 instead of 0" in refused.json()["detail"]


def test_a_draft_that_passed_against_other_rules_is_tried_again_and_what_has_stood_may_come_back(the: Life) -> None:
    same = {**BUILT_IN.to_dict(), "name": "same"}
    _ordered(the, 3)
    first, second = drafted(the, same), drafted(the, same)
    for draft in (first, second):
        the.call("POST", f"{draft}/test", {}, "support")
    _ordered(the, 1, 3)
    assert the.call("POST", f"{first}/activate", {}).status == the.call("POST", f"{first}/activate", {}).status == 200
    late = the.call("POST", f"{second}/activate", {})
    assert late.status == 409 and "against rules 1" in late.json()["detail"]
    the.call("POST", f"{second}/test", {}, "support")
    _ordered(the, 1, 4)
    assert the.call("POST", f"{second}/activate", {}).json()["status"] == "active"
    assert the.call("GET", first).json()["status"] == "archived"
    assert the.call("POST", f"{first}/activate", {}).json()["status"] == "active", "the way back needs no gate"
    history = [entry["type"] for entry in the.call("GET", first).json()["history"]]
    assert history == ["rules.drafted", "rules.activated", "rules.archived", "rules.activated"]


def test_the_report_is_a_line_an_order_and_says_what_the_gate_counted(the: Life) -> None:
    ids = _ordered(the, 4)
    draft = drafted(the, BAD["the farthest first"])
    gate = the.call("POST", f"{draft}/test", {}, "support").json()["gate"]
    lines = list(csv.DictReader(io.StringIO(the.call("GET", f"{draft}/report.csv").content.decode())))
    assert sorted(line["order"] for line in lines) == sorted(ids)
    for side in ("before", "after"):
        assert sum(int(line[f"cost_{side}"]) for line in lines) == gate[side]["cost"]
        assert sum(int(line[f"km_{side}"]) for line in lines) == gate[side]["km"]
    assert sum(line["differs"] == "yes" for line in lines) == gate["different"] > 0


def test_the_page_says_what_the_gate_says_and_runs_nothing_that_somebody_has_written(the: Life) -> None:
    evil = "<script>alert(1)</script>"
    ids = _ordered(the, 4)
    draft = drafted(the, {**BAD["the farthest first"], "name": evil})
    gate = the.call("POST", f"{draft}/test", {}, "support").json()["gate"]
    reply = the.call("GET", f"{draft}/report.html")
    page = reply.content.decode()
    assert evil not in page and "&lt;script&gt;" in page and "default-src 'none'" in reply.headers["content-security-policy"]
    cost = gate["after"]["cost"]
    for text in (f"{cost // 100}.{cost % 100:02}", "The gate refuses it", *gate["refused"], *ids):
        assert text in page, text
    good = drafted(the, {**BUILT_IN.to_dict(), "name": "good"})
    the.call("POST", f"{good}/test", {}, "support")
    assert "The gate lets it through" in the.call("GET", f"{good}/report.html").content.decode()


def test_a_decision_replays_the_same_and_one_that_was_tampered_with_does_not(the: Life) -> None:
    (order_id,) = _ordered(the, 1)
    (decision,) = the.call("GET", f"/v1/orders/{order_id}/decisions").json()["items"]
    path = f"/v1/routing/decisions/{decision['id']}"
    assert the.call("GET", path).json()["headline"] == decision["headline"]
    assert the.call("POST", f"{path}:replay", {}).json() | {"answer": 0} == {"identical": True, "differences": {}, "answer": 0}
    kept = ORDERS.get(f"ORDER#{order_id}", "DECISION#1")
    assert kept
    told = unfolded(kept)
    commit(overwrite(ORDERS, {**kept, **folded({**told, "chosen": {**told["chosen"], "cost": 1}})}))
    told = the.call("POST", f"{path}:replay", {}).json()
    assert told["identical"] is False and told["differences"]["chosen"]["kept"]["cost"] == 1


def test_nonsense_at_the_doors_is_refused_clearly(the: Life) -> None:
    draft = drafted(the, BUILT_IN.to_dict())
    wrong = the.call("POST", RULES, {"name": "x", "routings": [{"name": "r", "rules": [{"name": "a", "next": "a"}]}]}, "support")
    assert (wrong.status, wrong.json()["errors"]) == (422, [{"field": "routings[0].rules[0].next", "message": "leads back to itself"}])
    stranger = {"name": "x", "nodes": [{"field": "node", "op": "in", "value": ["reno", "atlantis"]}]}
    unknown = the.call("POST", RULES, _rules(stranger), "support")
    assert (
        unknown.status == 422
        and unknown.json()["errors"][0]["field"] == "routings[0].rules[0].nodes[0].value"
        and "atlantis" in unknown.json()["detail"]
    )
    for method, path, body, status in [
        ("GET", f"{RULES}/77", None, 404), ("GET", f"{RULES}/x", None, 404), ("POST", f"{RULES}/77/activate", {}, 404), ("POST", f"{draft}/test", {"orders": 0}, 422),
        ("POST", f"{draft}/test", {"orders": 2001}, 422), ("POST", f"{draft}/test", {"orders": "many"}, 400), ("POST", f"{draft}/test", {"orders": True}, 400),
        ("GET", f"{draft}/report.csv?orders=-1", None, 400), ("GET", "/v1/routing/decisions/dec_x-1", None, 404), ("POST", "/v1/routing/decisions/dec_aaa-1", {}, 404),
        ("POST", "/v1/routing/decisions/ord_x:replay", {}, 404), ("POST", "/v1/routing/decisions/dec_zz-1:replay", {}, 404),
    ]:  # fmt: skip
        assert the.ask(method, path, body).status == status, (path, body)
    assert the.call("POST", f"{draft}/archive", {}, "support").json()["status"] == "archived"
    for verb in ("archive", "test", "activate"):
        assert the.call("POST", f"{draft}/{verb}", {}).status == 409, verb
    for who, path in (("api", RULES), ("columbus", RULES), ("nobody", RULES)):
        assert the.ask("GET", path, None, who).status in (401, 403)
    for who in ("viewer", "finance", "api"):
        assert the.ask("POST", RULES, BUILT_IN.to_dict(), who).status == 403, who
    assert the.ask("POST", f"{draft}/activate", {}, "support").status == 403, "only an admin lets rules stand"
    shop.save(shop.POLICY, "routing_gate", {"mood": 1})
    shop.forget()
    assert the.call("GET", f"{drafted(the, BUILT_IN.to_dict())}/report.csv").status == 422
