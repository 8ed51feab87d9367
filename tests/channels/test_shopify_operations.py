"""What we ask of Shopify, held against the Admin GraphQL schema that Shopify publishes."""

import pytest
from graphql import GraphQLSchema, build_client_schema, parse, validate

from local.problems import Problem
from tools import judges
from waybill.channels import shopify_admin, shopify_orders, shopify_pickup_admin, shopify_refunds, shopify_stock

OPERATIONS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": text
    for module in (shopify_admin, shopify_orders, shopify_pickup_admin, shopify_refunds, shopify_stock)
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str) and text.lstrip().startswith(("query", "mutation"))
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    try:
        return build_client_schema(judges.shopify_admin(shopify_admin.API_VERSION))
    except Problem as problem:
        pytest.skip(str(problem))


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_one_that_shopify_would_take(schema, name):
    assert validate(schema, parse(OPERATIONS[name])) == []


def test_the_judge_refuses_a_field_that_shopify_does_not_have(schema):
    wrong = shopify_orders.WHOLE.replace("displayFinancialStatus", "financialStatus")
    assert "Cannot query field 'financialStatus'" in str(validate(schema, parse(wrong))[0])


def test_every_operation_is_judged():
    assert len(OPERATIONS) == 13
