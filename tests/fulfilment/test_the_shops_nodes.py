"""`/v1/nodes`: how a node is told of its work, written whole, checked field by field, each change kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fulfilment.floor import Floor, floor
from tests.support.world import Reply
from waybill.edi.partner import partner
from waybill.shop import store as shop
from waybill.shop.model import Channel

PLACE = {"name": "Dock 4", "line1": "1 Main St", "city": "Dallas", "region": "TX", "postal_code": "75237", "country": "US"}
EDI = {"id": "LONESTAR", "our_id": "WAYBILL"}
DALLAS = {
    "name": "Dallas", "kind": "3pl", "place": PLACE, "timezone": "America/Chicago", "cut_off": "15:00", "workdays": [1, 2, 3, 4, 5], "holidays": ["2026-12-25"],
    "closed": [["2026-12-24T18:00:00Z", "2026-12-27T06:00:00Z"]], "cancels": "asked", "parcels_per_day": 800, "settings": {"edi": EDI},
}  # fmt: skip


@pytest.fixture
def the() -> Iterator[Floor]:
    with floor() as made:
        yield made


def put(the: Floor, node: str, body: dict[str, Any], who: str = "admin", **headers: str) -> Reply:
    return the.call("PUT", f"/v1/nodes/{node}", body, who, **headers)


def test_a_node_that_is_set_up_speaks_as_its_settings_say_and_each_change_is_kept(the: Floor) -> None:
    first = put(the, "dallas", DALLAS)
    assert first.status == 200, first.content
    node = shop.node("dallas")
    assert (node.is_told, node.asked_before_cancelling, node.closed, partner("dallas").prefix) == (
        True, True, (("2026-12-24T18:00:00.000Z", "2026-12-27T06:00:00.000Z"),), "edi/dallas",
    )  # fmt: skip
    read = the.call("GET", "/v1/nodes/dallas").json()
    assert put(the, "dallas", read | {"cancels": "at_once"}, if_match=str(read["version"])).status == 200
    assert put(the, "dallas", read, if_match=str(read["version"])).status == 412
    changes = the.call("GET", "/v1/nodes/dallas").json()["changes"]
    assert [(each["version"], each["by"].partition(":")[0], each["after"]["cancels"]) for each in changes] == [(2, "admin", "at_once"), (1, "admin", "asked")]


def test_what_was_there_before_is_read_and_written_back_as_it_is(the: Floor) -> None:
    before = shop.node("reno")
    read = the.call("GET", "/v1/nodes/reno").json()
    assert put(the, "reno", read).status == 200
    assert shop.node("reno") == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "castle"}, "kind"),
        ({"place": {"name": "x"}}, "place.line1"),
        ({"place": PLACE | {"country": "USA"}}, "place.country"),
        ({"webhook_url": "http://node.example/"}, "webhook_url"),
        ({"webhook_url": "https://me:secret@node.example/"}, "webhook_url"),
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"cut_off": "25:00"}, "cut_off"),
        ({"workdays": [0]}, "workdays"),
        ({"holidays": ["Christmas"]}, "holidays"),
        ({"closed": [["2026-12-27T06:00:00Z", "2026-12-24T18:00:00Z"]]}, "closed"),
        ({"cancels": "never"}, "cancels"),
        ({"parcels_per_day": -1}, "parcels_per_day"),
        ({"fax": "1"}, "fax"),
        ({"settings": {"edi": EDI | {"version": "5010"}}}, "settings.edi.version"),
        ({"settings": {"edi": {"id": "X"}}}, "settings.edi.our_id"),
        ({"settings": {"mcf": {"channel": "amazon"}}}, "settings.mcf"),
        ({"settings": {"api_key": "s3cret"}}, "settings.api_key"),
        ({"settings": {"events": ["fulfilment_order.requested"]}}, "settings.events"),
        ({"settings": {"events": ["order.received"]}, "webhook_url": "https://n.example/"}, "settings.events"),
        ({"kind": "mcf", "settings": {"mcf": {"channel": "api"}}}, "settings.mcf.channel"),
        ({"kind": "mcf", "settings": {}}, "settings.mcf"),
        ({"settings": {"edi": EDI | {"prefix": "edi/houston"}}}, "settings.edi.prefix"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_changes_nothing(the: Floor, wrong: dict[str, Any], field: str) -> None:
    put(the, "houston", DALLAS)
    refused = put(the, "dallas", DALLAS | wrong)
    assert refused.status == 422, refused.content
    assert field in {each["field"] for each in refused.json()["errors"]}
    assert the.call("GET", "/v1/nodes/dallas").status == 404


@pytest.mark.parametrize("id", ["Dallas", "da%20llas", "x" * 65])
def test_an_id_is_a_plain_name(the: Floor, id: str) -> None:
    assert put(the, id, DALLAS).status == 422


def test_amazon_is_named_by_its_channel_and_secrets_only_by_where_they_lie(the: Floor) -> None:
    shop.save(shop.CHANNEL, "amazon-us", Channel("amazon-us", "amazon", "Amazon"))
    shop.forget()
    made = put(the, "fba", DALLAS | {"kind": "mcf", "settings": {"mcf": {"channel": "amazon-us", "comment": "Thank you"}}})
    assert (made.status, made.json()["secrets"]) == (200, {"mcf": "waybill/local/channels: amazon-us/outbound"})
    told = put(the, "pushed", DALLAS | {"settings": {"events": ["fulfilment_order.requested"]}, "webhook_url": "https://n.example/hook"})
    assert (told.status, told.json()["secrets"]) == (200, {"webhook": "waybill/local/nodes: pushed"})


def test_a_node_sees_itself_and_no_other_and_changes_nothing(the: Floor) -> None:
    assert [each["id"] for each in the.call("GET", "/v1/nodes", who="reno").json()["items"]] == ["reno"]
    assert the.call("GET", "/v1/nodes/reno", who="reno").status == 200
    assert the.call("GET", "/v1/nodes/columbus", who="reno").status == 404
    assert put(the, "reno", DALLAS, "reno").status == 403
    assert put(the, "reno", DALLAS, "support").status == 403
