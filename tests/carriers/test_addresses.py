"""What a carrier that knows addresses makes of one, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.carriers.sold import sold
from tests.carriers.strict_easypost import FOLDER

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded exchanges are not here (../shared/samples/carrier_easypost)")
WHERE = {"line1": "388 Townsend St", "city": "San Francisco", "region": "CA", "postal_code": "94107", "country": "US"}


def test_an_address_comes_back_as_the_carrier_writes_it_with_what_it_has_changed() -> None:
    with sold() as (the, _):
        reply = the.call("POST", "/v1/addresses/verify", {"carrier": "easypost", "address": {**WHERE, "name": "Jack", "instructions": "ring twice"}}, "support")
        assert reply.status == 200, reply.content
        told, changed = reply.json()["address"], reply.json()["changed"]
        assert (told["line1"], told["postal_code"], told["name"], told["instructions"]) == ("388 TOWNSEND ST APT 20", "94107-1670", "Jack", "ring twice")
        assert changed == [name for name in WHERE if told[name] != WHERE[name]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"carrier": "parcelway", "address": WHERE}, "carrier"),
        ({"carrier": "easypost", "address": {**WHERE, "line1": ""}}, "line1"),
        ({"carrier": "easypost", "address": {**WHERE, "street": "x"}}, "street"),
        ({"carrier": "easypost", "address": {**WHERE, "city": 7}}, "city"),
        ({"carrier": "easypost", "address": "388 Townsend St"}, "address"),
        ({"address": WHERE}, "carrier"),
    ],
)
def test_what_is_no_address_or_nobody_knows_is_said_by_field(body: dict[str, Any], field: str) -> None:
    with sold(keep_own=True) as (the, _):
        reply = the.call("POST", "/v1/addresses/verify", body, "support")
        assert reply.status == 422 and field in {each["field"] for each in reply.json()["errors"]}


def test_a_carrier_that_does_not_answer_is_503_and_one_that_there_is_not_404() -> None:
    with sold() as (the, vendor):
        vendor.down = True
        assert the.call("POST", "/v1/addresses/verify", {"carrier": "easypost", "address": WHERE}, "support").status == 503
        assert the.call("POST", "/v1/addresses/verify", {"carrier": "nobody", "address": WHERE}, "support").status == 404
        assert the.call("POST", "/v1/addresses/verify", {"carrier": "easypost", "address": WHERE}, "viewer").status == 403


def test_a_carrier_that_speaks_for_itself_is_set_up_with_one_of_the_connectors_that_there_are() -> None:
    with sold() as (the, _):
        for settings in ({}, {"connector": "dhl"}):
            assert the.call("PUT", "/v1/carriers/ups", {"name": "UPS", "kind": "karrio", "settings": settings}).status == 422
        assert the.call("PUT", "/v1/carriers/swift", {"name": "Swift", "settings": {"connector": "ups"}}).status == 422
        assert the.call("PUT", "/v1/carriers/ups", {"name": "UPS", "kind": "karrio", "settings": {"connector": "ups", "sandbox": True}}).status == 200
