"""One order to several addresses: each channel that can say so is understood, each address is looked at, what cannot be told apart is held."""

import pytest

from tests.channels.documents import AT, sample
from tests.channels.ship_groups import GROUPED, grouped
from tests.channels.sources import full
from waybill.channels import api, registry
from waybill.channels.checks import checked
from waybill.channels.screening import screened
from waybill.kernel.errors import InvalidInput

ELSEWHERE = {"bigcommerce": ("10", "Express", "Salem"), "commercetools": ("mum", "DHL Express", "Hamburg"), "square": ("f2", "Express", "Salem")}
MUM = {"line1": "9 Elm St", "city": "Salem", "region": "OR", "postal_code": "97301"}


def normalised(kind, document):
    return checked(registry.adapter(kind).normalise(kind, document, AT), {})


def ours(**changed):
    body = sample("api_card")["body"]
    lines = [{**body["lines"][0], "id": "1", "group": "mum"}, *body["lines"][1:]]
    return {**body, "lines": lines, "groups": [{"id": "mum", "ship_to": MUM, "method": "express", "promise_days": 2}], **changed}


@pytest.mark.parametrize("kind", GROUPED)
def test_a_line_goes_to_the_address_that_its_channel_names(kind):
    imported = normalised(kind, grouped(kind, full(kind)))
    order, customer = imported.order, imported.customer
    id, method, city = ELSEWHERE[kind]
    assert [(line.sku, line.group) for line in order.lines if line.ships] == [("TEA", ""), ("CUP", id)]
    assert [(group.id, group.method) for group in order.groups] == [(id, method)]
    assert customer.address_of(id).city == city and customer.address_of("").city != city
    assert not [finding for finding in imported.findings if finding.kind in ("address", "sums")]
    assert order.total == normalised(kind, full(kind)).order.total


@pytest.mark.parametrize("kind", GROUPED)
def test_an_order_to_one_address_has_no_groups(kind):
    imported = normalised(kind, full(kind))
    assert (imported.order.groups, dict(imported.customer.groups)) == ((), {}) and not any(line.group for line in imported.order.lines)


def test_our_own_orders_name_their_groups():
    imported = api.normalise("api", ours(), AT)
    assert imported.order.lines[0].group == "mum" and imported.order.ships_by("mum").promise_days == 2
    assert imported.customer.address_of("mum").city == "Salem"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"groups": []}, "lines[0].group"),
        ({"groups": [{"id": "mum", "ship_to": MUM}, {"id": "mum", "ship_to": MUM}]}, "groups[1].id"),
        ({"groups": [{"id": "mum"}]}, "groups[0].ship_to"),
        ({"groups": [{"id": f"g{n}", "ship_to": MUM} for n in range(21)]}, "groups"),
    ],
)
def test_a_group_that_cannot_be_is_refused_by_its_field(changed, field):
    with pytest.raises(InvalidInput) as refused:
        api.normalise("api", ours(**changed), AT)
    assert field in refused.value.fields


def test_each_groups_address_is_looked_at_and_named():
    imported = checked(api.normalise("api", ours(groups=[{"id": "mum", "ship_to": {**MUM, "postal_code": ""}}]), AT), {})
    (reason,) = [finding.reason for finding in imported.findings if finding.kind == "address"]
    assert reason.endswith("(ship group mum)")


def test_each_groups_destination_is_screened_for_its_own_lines():
    imported = api.normalise("api", ours(), AT)
    sku = imported.order.lines[0].sku
    policy = {"destinations": {"not": [{"country": "US", "regions": ["OR"], "skus": [sku]}]}}
    found = screened(imported, imported.order, lambda name: policy.get(name, {})).findings
    assert [finding.reason for finding in found if finding.kind == "address"] == ["restricted destination (rule 1, line 1) (ship group mum)"]


def test_units_of_one_line_to_two_addresses_are_held_for_a_person():
    document = grouped("commercetools", full("commercetools"))
    document["lineItems"][0]["shippingDetails"]["targets"] = [{"addressKey": "home", "quantity": 1}, {"addressKey": "mum", "quantity": 1}]
    assert "units of line l1 go to several addresses" in str(normalised("commercetools", document).findings)
    document = grouped("square", full("square"))
    document["order"]["fulfillments"][1]["entries"].append({"line_item_uid": "a", "quantity": "1"})
    assert "units of line a go to several addresses" in str(normalised("square", document).findings)


def test_more_places_than_are_told_apart_are_held_for_a_person():
    document = full("bigcommerce")
    document["shipping_addresses"] = [{**document["shipping_addresses"][0], "id": n} for n in range(9, 40)]
    assert "31 addresses" in str(normalised("bigcommerce", document).findings)
