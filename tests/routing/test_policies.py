"""What the shop has decided, written through the door: checked, versioned, and obeyed by orders at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.life import Life, an_order
from tests.flow.lived import life
from tests.support.world import Reply


def put(the: Life, name: str, policy: dict[str, Any]) -> Reply:
    return the.call("PUT", f"/v1/policies/{name}", policy)


def test_a_channel_cannot_buy_what_is_kept_for_another():
    with life(stock={("TEA", "reno"): 5}) as the:
        put(the, "availability", {"kept": [{"units": 4, "for": ["amazon"]}]})
        first, second = (the.place(an_order(("TEA", 1)), key=name) for name in ("one", "two"))
        the.settle()
        assert sorted(the.order(each)["status"] for each in (first, second)) == ["backordered", "released"]


def test_a_node_that_does_not_sell_to_a_channel_is_ruled_out_by_name():
    with life(stock={("TEA", "reno"): 5, ("TEA", "columbus"): 5}) as the:
        order_id = the.place(an_order(("TEA", 1)))
        channel = the.order(order_id)["channel"]
        put(the, "availability", {"networks": {channel: ["columbus"]}})
        the.settle()
        assert [work["node"] for work in the.order(order_id)["fulfilment_orders"]] == ["columbus"]
        (decision,) = the.call("GET", f"/v1/orders/{order_id}/decisions").json()["items"]
        assert decision["ruled_out"]["reno"] == "channel"


@pytest.mark.parametrize(
    ("name", "policy", "field"),
    [
        ("availability", {"kept": [{"units": -1}]}, "kept[0].units"),
        ("availability", {"kept": [{"units": 0.5}]}, "kept[0].units"),
        ("availability", {"kept": [{"units": 1}, {"units": 1, "nodes": ["reno", "atlantis"]}]}, "kept[1].nodes[1]"),
        ("availability", {"networks": {"web": ["reno", "atlantis"]}}, "networks.web[1]"),
        ("availability", {"networks": {"": ["reno"]}}, "networks."),
        ("availability", {"kept": [{"units": 1, "colour": "red"}]}, "kept[0].colour"),
        ("bundles", {"POT": {"TEA": 1, "CUP": 0.5}}, "POT.CUP"),
        ("bundles", {"POT": {"CUP": 1}, "CUP": {"POT": 1}}, "CUP.POT"),
        ("bundles", {"POT": {"MOON": 1}}, "POT.MOON"),
        ("patience", {"backordered": 0}, "backordered"),
        ("patience", {"forever": 1}, "forever"),
        ("routing", {"most_rejections": True}, "most_rejections"),
        ("routing", {"least": 1}, "least"),
    ],
)
def test_a_policy_that_could_not_be_obeyed_is_refused_by_its_field(name: str, policy: dict[str, Any], field: str):
    with life() as the:
        answer = put(the, name, policy)
        assert answer.status == 422 and [error["field"] for error in answer.json()["errors"]] == [field], answer.json()
        assert the.call("GET", f"/v1/policies/{name}").json()["version"] == 0


def test_a_policy_is_not_written_over_a_version_that_its_writer_has_not_seen():
    with life() as the:
        put(the, "patience", {"backordered": 9})
        assert the.call("PUT", "/v1/policies/patience", {"backordered": 1}, if_match='"0"').status == 412
        assert the.call("PUT", "/v1/policies/patience", {"backordered": 2}, if_match='"1"').status == 200
        assert [change["after"] for change in the.call("GET", "/v1/policies/patience").json()["changes"]] == [{"backordered": 2}, {"backordered": 9}]


def test_only_an_admin_writes_a_policy_and_only_one_that_there_is():
    with life() as the:
        assert the.call("PUT", "/v1/policies/patience", {}, who="support").status == 403
        assert put(the, "weather", {}).status == 404
